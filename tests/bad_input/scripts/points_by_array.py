"""Selecting points by labelled arrays of another dimension.

Expects: points, not supported, values
Accepted by xarray.
"""
import numpy as np
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.isel(x=xr.DataArray(np.array([0, 1]), dims="p"))  # fails here
