"""A dimension that has labels on one side only, and another size there.

Expects: x, 7, 10
"""
import xarray as xr

data = xr.open_zarr("in/good.zarr")
data.value + data.row.drop_vars("x").isel(x=slice(0, 7))  # fails here
