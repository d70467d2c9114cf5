"""Values between labels on a curve that isn't supported.

Expects: cubic, linear
Accepted by xarray.
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.interp(x=[0.5], method="cubic")  # fails here
