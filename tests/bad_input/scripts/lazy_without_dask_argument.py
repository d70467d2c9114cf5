"""apply_ufunc on chunks, without a word about them.

Expects: apply_ufunc, chunked, dask
Raises: ValueError
"""
import numpy as np
import xarray as xr

a = xr.DataArray(np.zeros((4, 4)), dims=("y", "x")).chunk(x=2)
r = xr.apply_ufunc(lambda v: v + 1, a)  # fails here
