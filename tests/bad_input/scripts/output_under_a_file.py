"""An output below something that isn't a directory.

Expects: in/plain_file/result.zarr
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.to_dataset(name="value").to_zarr("in/plain_file/result.zarr", mode="w")  # fails here
