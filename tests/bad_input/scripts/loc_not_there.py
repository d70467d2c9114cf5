"""A label that isn't there can't be assigned to.

Expects: -5.5
Raises: KeyError
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.loc[dict(x=-5.5)] = 0  # fails here
