"""A column that is longer than the table.

Expects: Length of values, 3, 2
Raises: ValueError
"""

import pandas as pd

table = pd.DataFrame({"a": [1, 2]})
table["b"] = [1, 2, 3]  # fails here
