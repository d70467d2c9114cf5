"""A new dimension that is there already.

Expects: dimension x already
Raises: ValueError
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.expand_dims("x")  # fails here
