"""A method that nobody has: the nearest one is named.

Expects: meen, mean
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.meen("x")  # fails here
