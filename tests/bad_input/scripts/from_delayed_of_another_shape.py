"""A function gives another shape than da.from_delayed was told.

Expects: from_delayed, (3,), (4,)
Accepted by xarray.
"""
import dask.array as da
import numpy as np
from dask import delayed

lazy = da.from_delayed(delayed(np.arange)(4), shape=(3,), dtype=int)  # fails here
