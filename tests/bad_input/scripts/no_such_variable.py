"""A variable that the dataset doesn't have.

Expects: valu, value
"""
import xarray as xr

data = xr.open_zarr("in/good.zarr")
data["valu"]  # fails here
