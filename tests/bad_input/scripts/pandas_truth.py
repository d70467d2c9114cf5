"""The truth of a whole table.

Expects: ambiguous, a.any(), a.all()
Raises: ValueError
"""

import pandas as pd

if pd.DataFrame({"a": [1]}):  # fails here
    pass
