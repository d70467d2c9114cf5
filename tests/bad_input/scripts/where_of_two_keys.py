"""What there is for each group of two keys, as a condition.

Expects: several keys
"""
import numpy as np
import xarray as xr

x = xr.DataArray(np.arange(6.0), dims="x", coords={"k": ("x", [1, 1, 2, 2, 3, 3]), "l": ("x", [1, 2, 1, 2, 1, 2])})
g = x.groupby(["k", "l"])
g.where(g.mean() > 2)  # fails here
