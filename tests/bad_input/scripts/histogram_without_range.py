"""A lazy histogram whose bins nobody says where they lie.

Expects: range, bins
Raises: ValueError
"""
import dask.array as da

counts, edges = da.histogram(da.ones(4, chunks=2), bins=10)  # fails here
