"""Three dimensions in two.

Expects: 3 dimensions, 2 or fewer
Raises: ValueError
"""

import numpy as np
import xarray as xr

xr.DataArray(np.zeros((2, 2, 2)), name="a").to_pandas()  # fails here
