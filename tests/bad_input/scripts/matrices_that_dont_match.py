"""A matrix product of shapes that don't go together.

Expects: [3], [4, 2]
Raises: ValueError
"""
import dask.array as da

x = da.ones((2, 3), chunks=2)
y = da.ones((4, 2), chunks=2)
z = x @ y  # fails here
