"""Points along a dimension that is there already, and another one.

Expects: points, y, another dimension
Raises: NotImplementedError
Accepted by xarray.
"""
import numpy as np
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
count = value.sizes["y"]
value.isel(x=xr.DataArray(np.zeros((count, 2), dtype=int), dims=("y", "r")))  # fails here
