"""An uncompressed chunk that ends too early.

Expects: value, truncated_raw.zarr/value/c/1/0
"""
import xarray as xr

value = xr.open_zarr("in/truncated_raw.zarr", consolidated=False).value
print(value.max("x").values)  # fails here
