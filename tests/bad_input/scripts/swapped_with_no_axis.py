"""No axis where there must be one.

Expects: integer
Raises: TypeError
"""
import dask.array as da

da.swapaxes(da.ones((2, 3)), (), 0)  # fails here
