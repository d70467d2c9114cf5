"""Not Python.

Expects: syntax
"""
import xarray as xr

value = = xr.open_zarr("in/good.zarr")  # fails here
