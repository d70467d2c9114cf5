"""Points that lie along one dimension with different labels.

Expects: conflicting, z
Raises: MergeError
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
first = xr.DataArray([0.5, 1.0], dims="z", coords={"z": [1, 2]})
second = xr.DataArray([0.5, 1.0], dims="z", coords={"z": [3, 4]})
value.interp(x=first, y=second)  # fails here
