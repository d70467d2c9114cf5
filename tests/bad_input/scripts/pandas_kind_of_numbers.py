"""A column of whole numbers takes no fractions, as under pandas.

Expects: Invalid value '2.5'
Raises: TypeError
"""

import pandas as pd

table = pd.DataFrame({"a": [1, 2, 3]})
table.loc[table.a > 1, "a"] = [7, 2.5]  # fails here
