"""Functions over chunks that overlap aren't there; what is to be written instead is said.

Expects: map_overlap, not supported, rolling
Raises: NotImplementedError
Accepted by xarray.
"""
import dask.array as da

x = da.ones((8, 8), chunks=4)
da.map_overlap(lambda block: block, x, depth=1)  # fails here
