"""Groups along two dimensions, of what is more than a summary.

Expects: several dimensions, stack
Raises: NotImplementedError
Accepted by xarray.
"""
import numpy as np
import xarray as xr

x = xr.DataArray(np.ones((4, 3)), dims=("t", "x"), coords={"a": (("t", "x"), np.arange(12).reshape(4, 3) % 2)})
x.groupby("a").map(lambda part: part - part.mean())  # fails here
