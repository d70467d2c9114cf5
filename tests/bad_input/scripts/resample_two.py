"""Steps of time along two dimensions.

Expects: one dimension at a time
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.resample(x="D", y="D")  # fails here
