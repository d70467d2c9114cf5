"""Steps of time along two dimensions.

Expects: single dimensions
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.resample(x="D", y="D")  # fails here
