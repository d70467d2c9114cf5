"""The label of a maximum is that of what is there.

Expects: skipna=False
Raises: NotImplementedError
"""

import pandas as pd

pd.Series([1.0, None, 3.0]).idxmax(skipna=False)  # fails here
