"""Selecting points by a labelled array of two dimensions.

Expects: several dimensions, not supported
Accepted by xarray.
"""
import numpy as np
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.isel(x=xr.DataArray(np.array([[0, 1]]), dims=("q", "r")))  # fails here
