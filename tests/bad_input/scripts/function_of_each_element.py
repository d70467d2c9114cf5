"""A function of blocks that calls another for each element.

Expects: np.vectorize, each element
Raises: NotImplementedError
Accepted by xarray.
"""
import dask.array as da
import numpy as np

x = da.arange(8.0, chunks=2)
y = da.map_blocks(np.vectorize(lambda value: value * 2), x)  # fails here
