"""A coordinate that isn't there can't be deleted.

Expects: nothing
Raises: KeyError
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
del value.to_dataset().coords["nothing"]  # fails here
