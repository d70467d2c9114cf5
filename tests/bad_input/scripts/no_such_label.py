"""A number that is no label.

Expects: 3.14159, x
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.sel(x=3.14159)  # fails here
