"""A file of netCDF's classic format; the message says how it is converted.

Accepted by xarray.
Raises: NotImplementedError
Expects: classic.nc, netCDF-3, nccopy
"""
import xarray as xr

xr.open_dataset("in/classic.nc")  # fails here
