"""A plain file where a store is wanted.

Expects: plain_file
"""
import xarray as xr

xr.open_zarr("in/plain_file")  # fails here
