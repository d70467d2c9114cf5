"""A column of moments takes no numbers, as under pandas.

Expects: Invalid value '3'
Raises: TypeError
"""

import pandas as pd

table = pd.DataFrame({"when": pd.to_datetime(["2000-01-01", "2000-01-02"])})
table.loc[0, "when"] = 3  # fails here
