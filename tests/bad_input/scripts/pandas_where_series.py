"""A series beside a table says along which axis it lies.

Expects: Must specify axis
Raises: ValueError
"""

import pandas as pd

table = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
table.where(table > 1, pd.Series([7, 8]))  # fails here
