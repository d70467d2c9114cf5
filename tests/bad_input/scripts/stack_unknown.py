"""A dimension that isn't there can't be stacked.

Expects: wrong
Raises: KeyError
"""
import xarray as xr

xr.open_zarr("in/good.zarr").value.stack(z=("x", "wrong"))  # fails here
