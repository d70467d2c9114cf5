"""Rows by labels of which one is there twice.

Expects: duplicate labels
Raises: ValueError
"""

import pandas as pd

pd.Series([1, 2, 3], index=["a", "a", "b"]).reindex(["a", "b"])  # fails here
