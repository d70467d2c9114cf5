"""Weights that are a number.

Expects: DataArray
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.weighted(2).mean()  # fails here
