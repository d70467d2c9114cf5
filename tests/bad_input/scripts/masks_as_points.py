"""Truth values along another dimension than the one that they select along.

Expects: truth values, its dimension, y
Raises: IndexError
"""
import xarray as xr

ds = xr.open_zarr("in/good.zarr")
ds.value.isel(y=ds.row > 3)  # fails here
