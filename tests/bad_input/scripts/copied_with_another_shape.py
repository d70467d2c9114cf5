"""A copy with values of another shape.

Expects: shape
Raises: ValueError
"""
import xarray as xr

row = xr.open_zarr("in/good.zarr").row
row.copy(data=[1.0, 2.0])  # fails here
