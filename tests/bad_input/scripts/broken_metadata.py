"""Metadata that ends in mid-sentence.

Expects: zarr.json, value
"""
import xarray as xr

print(float(xr.open_zarr("in/broken_metadata.zarr", consolidated=False).value.sum()))  # fails here
