"""Series with different labels can't be compared.

Expects: identically-labeled
Raises: ValueError
"""

import pandas as pd

pd.Series([1, 2], index=["a", "b"]) > pd.Series([1, 2], index=["b", "c"])  # fails here
