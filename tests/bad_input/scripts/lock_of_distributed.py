"""A lock between workers.

Expects: dask.distributed, Lock
Accepted by xarray.
"""
from dask import distributed

lock = distributed.Lock("file")  # fails here
