"""A name that the script never gave.

Expects: valu
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
print(valu)  # fails here
