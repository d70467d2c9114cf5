"""The functions of `dask` itself."""

from dask.base import compute, is_dask_collection, optimize, persist
from dask.delayed import delayed
