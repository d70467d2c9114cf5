"""A core dimension of apply_ufunc in several chunks.

Expects: dimension x, core dimension, chunk(dict(x=-1))
Raises: ValueError
"""
import numpy as np
import xarray as xr

a = xr.DataArray(np.zeros((4, 4)), dims=("y", "x")).chunk(x=2)
r = xr.apply_ufunc(lambda v: v.mean(axis=-1), a, input_core_dims=[["x"]], dask="parallelized", output_dtypes=[float])  # fails here
