"""A dimension that is reduced twice.

Expects: x, twice
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.mean(dim=["x", "x"]).compute()  # fails here
