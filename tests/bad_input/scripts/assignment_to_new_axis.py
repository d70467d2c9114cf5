"""Assigning to a new axis of a lazy array without axes.

Expects: a new axis, leave None out
Raises: NotImplementedError
Accepted by xarray.
"""
import dask.array as da
import numpy as np

x = da.from_array(np.array(5.0))
x[None] = 1  # fails here
