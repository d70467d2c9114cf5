"""A position behind the last row.

Expects: out-of-bounds
Raises: IndexError
"""

import pandas as pd

pd.Series([1, 2]).iloc[2]  # fails here
