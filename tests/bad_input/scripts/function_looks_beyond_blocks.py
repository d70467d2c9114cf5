"""A function of blocks whose result would depend on the blocks.

Expects: depend on the chunks, one chunk
Raises: NotImplementedError
Accepted by xarray.
"""
import dask.array as da

x = da.arange(8.0, chunks=2)
y = da.map_blocks(lambda b: b - b.mean(), x)  # fails here
