"""A store that isn't there.

Expects: nowhere.zarr
"""
import xarray as xr

xr.open_zarr("in/nowhere.zarr")  # fails here
