"""Filled along a dimension that there isn't.

Expects: z
"""
import xarray as xr

xr.open_zarr("in/good.zarr").value.ffill("z")  # fails here
