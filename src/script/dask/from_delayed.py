"""`da.from_delayed`."""

import math

import dask
import dask.array as da
import numpy as np


def from_delayed(value, shape, dtype=None, meta=None, name=None):
    # Arrays come from files or memory only, so that the value is computed now.
    values = np.asarray(dask.delayed(value).compute())
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if len(shape) != values.ndim or any(a != b for a, b in zip(shape, values.shape) if not math.isnan(a)):
        raise ValueError(f"from_delayed() was told of the shape {shape}, but the value has the shape {values.shape}")
    dtype = getattr(meta, "dtype", None) if dtype is None else np.dtype(dtype)
    if dtype is not None and dtype != values.dtype:
        raise ValueError(f"from_delayed() was told of the dtype {dtype}, but the value has the dtype {values.dtype}")
    return da.from_array(values, chunks=values.shape)
