"""A compressed chunk that ends too early.

Expects: value, truncated.zarr/value/c/1/0
"""
import xarray as xr

value = xr.open_zarr("in/truncated.zarr", consolidated=False).value
print(value.max("x").values)  # fails here
