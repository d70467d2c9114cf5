"""An uncompressed chunk that is longer than its shape says.

Expects: value, longer_raw.zarr/value/c/1/0
"""
import xarray as xr

value = xr.open_zarr("in/longer_raw.zarr", consolidated=False).value
print(value.max("x").values)  # fails here
