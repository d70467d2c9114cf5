"""A trend along a dimension that there isn't.

Expects: z
"""
import xarray as xr

xr.open_zarr("in/good.zarr").value.polyfit("z", 1)  # fails here
