"""Points along one dimension that are of two numbers.

Expects: different numbers of points, p
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.isel(x=xr.DataArray([0, 1], dims="p"), y=xr.DataArray([0, 1, 2], dims="p"))  # fails here
