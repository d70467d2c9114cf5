"""A new dimension beyond the axes that there will be.

Expects: 9, out of bounds
Raises: IndexError
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.expand_dims("t", axis=9)  # fails here
