"""Weights of another number than labels.

Expects: w, same length
Raises: TypeError
"""
import numpy as np
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.polyfit("x", 1, w=np.ones(99))  # fails here
