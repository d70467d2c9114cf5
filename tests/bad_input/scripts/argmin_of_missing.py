"""The position of the smallest of nothing but missing values.

Expects: all are NaN
Raises: ValueError
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value.astype("float64")
print(value.where(value < value.min()).argmin("x").values)  # fails here
