"""A label that its level hasn't got.

Expects: -5.5
Raises: KeyError
"""
import xarray as xr

stacked = xr.open_zarr("in/good.zarr").value.stack(z=["x", "y"])
stacked.sel(x=-5.5)  # fails here
