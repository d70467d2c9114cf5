"""A mode that to_zarr doesn't have.

Expects: mode, x
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.to_dataset(name="value").to_zarr("out/result.zarr", mode="x")  # fails here
