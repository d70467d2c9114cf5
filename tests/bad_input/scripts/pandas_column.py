"""A column that a table hasn't.

Expects: rain
Raises: KeyError
"""

import pandas as pd

table = pd.DataFrame({"a": [1, 2]})
table["rain"]  # fails here
