"""A position along a dimension that the array doesn't have.

Expects: time
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.isel(time=0)  # fails here
