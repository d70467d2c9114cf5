"""A dimension that there isn't.

Expects: z
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.weighted(value).mean("z")  # fails here
