"""An index of a variable that isn't there.

Expects: nothing, exist
Raises: ValueError
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.set_index(x="nothing")  # fails here
