"""A variable is added to a file whose dimension of that name has another length.

Expects: x, 2, 3
Raises: ValueError
"""
import numpy as np
import xarray as xr

xr.Dataset({"value": ("x", np.arange(2.0))}).to_netcdf("lengths.nc")
xr.Dataset({"more": ("x", np.arange(3.0))}).to_netcdf("lengths.nc", mode="a")  # fails here
