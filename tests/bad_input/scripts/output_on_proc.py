"""An output on a file system that can't hold it.

Expects: /proc/result.zarr
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.to_dataset(name="value").to_zarr("/proc/result.zarr", mode="w")  # fails here
