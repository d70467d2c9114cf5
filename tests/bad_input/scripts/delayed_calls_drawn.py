"""The graph of calls, which have no plan.

Expects: lazy arrays, delayed calls
"""
import dask
from dask import delayed

dask.visualize(delayed(sum)([1, 2]))  # fails here
