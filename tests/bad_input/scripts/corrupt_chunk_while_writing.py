"""The same on the way to a store: nothing of it stands under its name.

Expects: value, corrupt.zarr/value/c/1/0
"""
import xarray as xr

value = xr.open_zarr("in/corrupt.zarr", consolidated=False).value
(value * 2).to_dataset(name="twice").to_zarr("out/result.zarr", mode="w")  # fails here
