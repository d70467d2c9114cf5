"""A median of all of a lazy array.

Expects: axis
Raises: NotImplementedError
"""
import dask.array as da

da.median(da.ones((10, 10), chunks=5))  # fails here
