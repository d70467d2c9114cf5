"""A list that is assigned to columns has a value for each of them.

Expects: Columns must be same length as key
Raises: ValueError
"""

import pandas as pd

table = pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]})
table[["a", "b"]] = [7, 8, 9]  # fails here
