"""A dimension that is no multiple of its windows.

Expects: boundary='trim'
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.coarsen(x=3).mean()  # fails here
