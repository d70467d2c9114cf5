"""A boundary that there isn't.

Expects: boundary
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.coarsen(x=3, boundary="wrap").mean()  # fails here
