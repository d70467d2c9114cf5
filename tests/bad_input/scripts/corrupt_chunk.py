"""A chunk whose compressed bytes are damaged.

Expects: value, 1, corrupt.zarr/value/c/1/0
"""
import xarray as xr

value = xr.open_zarr("in/corrupt.zarr", consolidated=False).value
print(float(value.sum()))  # fails here
