"""Steps of time along a dimension of numbers.

Expects: x, times
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.resample(x="D")  # fails here
