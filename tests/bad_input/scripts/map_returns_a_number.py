"""A function of groups that gives no array.

Expects: DataArray, float
"""
import numpy as np
import xarray as xr

x = xr.DataArray(np.ones(4), dims="t", coords={"a": ("t", [0, 0, 1, 1])})
x.groupby("a").map(lambda part: 3.5)  # fails here
