"""Values along a dimension that there isn't.

Expects: depth
Raises: ValueError
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.interp(depth=3.0)  # fails here
