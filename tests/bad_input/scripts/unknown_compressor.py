"""The same in Zarr v2.

Expects: frobnicate, value
"""
import xarray as xr

print(float(xr.open_zarr("in/unknown_compressor.zarr", consolidated=False).value.sum()))  # fails here
