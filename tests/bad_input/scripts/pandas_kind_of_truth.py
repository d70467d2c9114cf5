"""A column of truth values takes no numbers, as under pandas.

Expects: Invalid value '5'
Raises: TypeError
"""

import pandas as pd

table = pd.DataFrame({"a": [True, False]})
table.loc[0, "a"] = 5  # fails here
