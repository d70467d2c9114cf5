"""No value needed.

Expects: min_periods
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.rolling(x=3, min_periods=0).mean()  # fails here
