"""Weights with missing ones.

Expects: missing ones
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.weighted(value.where(value > 1)).mean().values  # fails here
