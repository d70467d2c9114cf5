"""A concatenation of datasets whose other variables differ.

Expects: conflicting values, s, compat='override'
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
parts = [value.isel(y=slice(0, 2)).assign_coords(s=1), value.isel(y=slice(2, 4)).assign_coords(s=2)]
xr.concat(parts, dim="y", coords="minimal")  # fails here
