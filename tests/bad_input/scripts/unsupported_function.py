"""A function that numpy doesn't have.

Expects: sqroot, sqrt
"""
import numpy as np
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
np.sqroot(value)  # fails here
