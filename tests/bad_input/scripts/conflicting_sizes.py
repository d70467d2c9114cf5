"""assign of an array whose dimension has another size.

Expects: p, 4, 2
"""
import xarray as xr

data = xr.open_zarr("in/good.zarr")
data.assign(part=data.position.isel(p=slice(0, 2)))  # fails here
