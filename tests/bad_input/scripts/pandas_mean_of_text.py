"""The mean of a table that has text.

Expects: mean, string
Raises: TypeError
"""

import pandas as pd

pd.DataFrame({"a": [1, 2], "name": ["x", "y"]}).mean()  # fails here
