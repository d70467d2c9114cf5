"""A MultiIndex has no form in a store.

Expects: 'z' is a MultiIndex, reset_index
Raises: NotImplementedError
"""
import xarray as xr

stacked = xr.open_zarr("in/good.zarr")[["value"]].stack(z=["x", "y"])
stacked.to_zarr("out/multi_index_written.zarr", mode="w")  # fails here
