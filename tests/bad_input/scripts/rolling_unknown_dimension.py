"""A window along a dimension that there isn't.

Expects: window, 'z'
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.rolling(z=3).mean()  # fails here
