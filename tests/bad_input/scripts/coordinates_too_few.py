"""Coordinates in a list, fewer than there are dimensions.

Expects: 1 for 2 dimensions, 2 dimensions
Raises: ValueError
"""
import numpy as np
import xarray as xr

xr.DataArray(np.zeros((2, 3)), coords=[[1, 2]])  # fails here
