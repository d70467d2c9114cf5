"""A codec that nobody has.

Expects: frobnicate, value
"""
import xarray as xr

print(float(xr.open_zarr("in/unknown_codec.zarr", consolidated=False).value.sum()))  # fails here
