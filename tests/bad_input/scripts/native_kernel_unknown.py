"""A kernel that the running program hasn't registered.

Expects: no native kernel called, spectral
Raises: ValueError
Accepted by xarray.
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
xr.apply_ufunc("spectral", value, dask="parallelized")  # fails here
