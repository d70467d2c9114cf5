"""A histogram of two variables whose bins a rule finds.

Expects: numbers or edges
Raises: TypeError
Accepted by xarray.
"""
import dask.array as da

a = da.arange(10.0, chunks=5)
da.histogram2d(a, a, bins="auto", range=[[0, 1], [0, 1]])  # fails here
