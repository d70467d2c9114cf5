"""True equals 1 to Python, but is no label 1.

Expects: True, x
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.sel(x=True)  # fails here
