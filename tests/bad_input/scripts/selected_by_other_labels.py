"""Positions with labels that are not those of what they select.

Expects: 'x', different labels
Raises: IndexError
"""
import xarray as xr

ds = xr.open_zarr("in/good.zarr")
ds.value.isel(x=xr.DataArray([0, 1], dims="x", coords={"x": [7.0, 8.0]}))  # fails here
