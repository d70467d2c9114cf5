"""Only what was stacked can be unstacked.

Expects: MultiIndex, x
Raises: ValueError
"""
import xarray as xr

xr.open_zarr("in/good.zarr").value.unstack("x")  # fails here
