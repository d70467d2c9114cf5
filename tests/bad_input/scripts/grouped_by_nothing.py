"""Groups of no keys.

Expects: nothing to group by
Raises: IndexError
"""
import numpy as np
import xarray as xr

x = xr.DataArray(np.arange(6.0), dims="x", coords={"k": ("x", [1, 1, 2, 2, 3, 3])})
x.groupby([])  # fails here
