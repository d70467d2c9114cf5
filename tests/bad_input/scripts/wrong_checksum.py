"""A chunk whose checksum doesn't match.

Expects: value, checksum.zarr/value/c/1/0
"""
import xarray as xr

value = xr.open_zarr("in/checksum.zarr", consolidated=False).value
print(value.max("x").values)  # fails here
