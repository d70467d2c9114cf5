"""The functions of `dask` itself."""

from dask.base import compute, is_dask_collection, optimize, persist, visualize
from dask.delayed import delayed
