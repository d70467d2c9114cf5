"""Windows become one dimension, where two are needed.

Expects: two dimensions
Raises: ValueError
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.coarsen(x=2, boundary="trim").construct(x=("a",))  # fails here
