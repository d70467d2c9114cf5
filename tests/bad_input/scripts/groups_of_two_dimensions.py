"""Groups of keys along different dimensions.

Expects: one dimension, not supported
Accepted by xarray.
"""
import numpy as np
import xarray as xr

x = xr.DataArray(np.ones((4, 3)), dims=("t", "x"), coords={"a": ("t", [0, 0, 1, 1]), "b": ("x", [1, 1, 2])})
x.groupby(["a", "b"]).mean()  # fails here
