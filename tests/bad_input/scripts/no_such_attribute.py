"""The same by attribute.

Expects: valu, value
"""
import xarray as xr

data = xr.open_zarr("in/good.zarr")
print(data.valu)  # fails here
