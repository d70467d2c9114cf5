"""Only what was stacked can be unstacked.

Expects: cannot unstack, x
Raises: ValueError
"""
import xarray as xr

xr.open_zarr("in/good.zarr").value.unstack("x")  # fails here
