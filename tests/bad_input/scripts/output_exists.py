"""mode w- where a store stands already, which stays as it is.

Earlier: out/result.zarr
Expects: out/result.zarr
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.to_dataset(name="value").to_zarr("out/result.zarr", mode="w-")  # fails here
