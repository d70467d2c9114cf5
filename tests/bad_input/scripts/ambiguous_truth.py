"""The truth of an array.

Expects: ambiguous
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
if value > 3:  # fails here
    print("never")
