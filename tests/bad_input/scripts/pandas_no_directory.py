"""A file in a directory that isn't there.

Expects: non-existent directory, nowhere
Raises: OSError
"""

import pandas as pd

pd.Series([1, 2]).to_csv("out/nowhere/a.csv")  # fails here
