"""More combinations of the groups of two keys than memory has room for.

Expects: 100000 x 100000
Raises: MemoryError
Accepted by xarray.
"""
import numpy as np
import xarray as xr

numbers = np.arange(100_000)
x = xr.DataArray(numbers, dims="x", coords={"k": ("x", numbers), "l": ("x", numbers[::-1])})
x.groupby(["k", "l"])  # fails here
