"""A function of blocks asks for a value: it is called once, for all of them.

Expects: block, values
Raises: NotImplementedError
Accepted by xarray.
"""
import dask.array as da

x = da.ones((4, 4), chunks=2)
y = x.map_blocks(lambda b: b * float(b.sum()))  # fails here
