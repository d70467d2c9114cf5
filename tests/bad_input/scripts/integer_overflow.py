"""A Python integer that the array's dtype can't hold.

Expects: 300, uint8
"""
import xarray as xr

count = xr.open_zarr("in/good.zarr")["count"]
(count + 300).compute()  # fails here
