"""Columns of different lengths.

Expects: same length
Raises: ValueError
"""

import pandas as pd

pd.DataFrame({"a": [1, 2], "b": [1]})  # fails here
