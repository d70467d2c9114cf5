"""An argument that the method doesn't take.

Expects: skip_nan
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.mean("x", skip_nan=True).compute()  # fails here
