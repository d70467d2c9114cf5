"""A combination of levels that is there twice has two values for one place.

Expects: duplicates, z
Raises: ValueError
"""
import xarray as xr

stacked = xr.open_zarr("in/good.zarr").value.stack(z=["x", "y"])
stacked.isel(z=[0, 1, 0]).unstack("z")  # fails here
