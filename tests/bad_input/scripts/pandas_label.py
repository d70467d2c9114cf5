"""A row that a table hasn't.

Expects: 2009
Raises: KeyError
"""

import pandas as pd

table = pd.DataFrame({"a": [1, 2]}, index=pd.to_datetime(["2000-01-01", "2000-01-02"]))
table.loc["2009-01-01"]  # fails here
