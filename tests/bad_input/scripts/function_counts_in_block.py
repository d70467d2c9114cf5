"""A function of blocks whose result depends on how long a block is.

Expects: depend on the chunks, one chunk
Raises: NotImplementedError
Accepted by xarray.
"""
import dask.array as da
import numpy as np

x = da.ones((8, 4), chunks=(2, 4))
y = da.map_blocks(lambda block: np.cumsum(np.ones_like(block), axis=0), x)  # fails here
