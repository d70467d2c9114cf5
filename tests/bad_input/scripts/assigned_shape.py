"""Values of another shape than the place that they are put in.

Expects: broadcast
Raises: ValueError
"""
import numpy as np
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value[dict(x=0)] = np.zeros((3, 3, 3))  # fails here
