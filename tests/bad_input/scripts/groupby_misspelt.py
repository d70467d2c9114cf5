"""A keyword that groupby doesn't have, beside a key.

Expects: not by both
Raises: ValueError
"""
import numpy as np
import xarray as xr

x = xr.DataArray(np.arange(6.0), dims="x", coords={"k": ("x", [1, 1, 2, 2, 3, 3])})
x.groupby("k", sqeeze=False)  # fails here
