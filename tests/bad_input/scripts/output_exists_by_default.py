"""The default mode is w-.

Earlier: out/result.zarr
Expects: out/result.zarr
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.to_dataset(name="value").to_zarr("out/result.zarr")  # fails here
