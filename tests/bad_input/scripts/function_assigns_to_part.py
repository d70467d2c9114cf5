"""A function of blocks that assigns to a part of an array, whose elements numpy's arrays share.

Expects: two arrays share, np.where
Raises: NotImplementedError
Accepted by xarray.
"""
import dask.array as da

x = da.ones((8, 4), chunks=(2, 4))


def first_is_zero(block):
    first = block[:, 0]
    first[:] = 0  # fails here
    return block


y = da.map_blocks(first_is_zero, x)
