"""A position beyond the end.

Expects: 100
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.isel(y=100).compute()  # fails here
