"""Windows along a dimension without a name.

Expects: window_dim
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.rolling(x=2).construct()  # fails here
