"""A dtype that isn't supported: what to use.

Accepted by xarray.
Expects: category, swath, numpy
Raises: NotImplementedError
"""

import pandas as pd

pd.Series(["a", "b"]).astype("category")  # fails here
