"""The function of apply_ufunc drops an axis that nobody spoke of.

Expects: 1 dimensions, 'y', 'x'
Raises: ValueError
"""
import numpy as np
import xarray as xr

a = xr.DataArray(np.zeros((4, 3)), dims=("y", "x"))
r = xr.apply_ufunc(lambda v: v.mean(axis=-1), a)  # fails here
