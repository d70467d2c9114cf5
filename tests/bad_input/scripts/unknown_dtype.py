"""A dtype that Swath doesn't compute with.

Accepted by xarray.
Expects: complex128, value
"""
import xarray as xr

print(float(xr.open_zarr("in/unknown_dtype.zarr", consolidated=False).value.real.sum()))  # fails here
