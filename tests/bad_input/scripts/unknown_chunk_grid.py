"""A chunk grid that nobody has.

Expects: hexagonal, value
"""
import xarray as xr

print(float(xr.open_zarr("in/unknown_grid.zarr", consolidated=False).value.sum()))  # fails here
