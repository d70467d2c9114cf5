"""A directory that holds no store.

Expects: empty_directory
"""
import xarray as xr

xr.open_zarr("in/empty_directory")  # fails here
