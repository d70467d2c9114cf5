"""An index of pandas: the coordinate itself has the labels.

Accepted by xarray.
Expects: indexes, coordinate itself
Raises: AttributeError
"""
import xarray as xr

ds = xr.open_zarr("in/good.zarr")
print(ds.indexes["x"])  # fails here
