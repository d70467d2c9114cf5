"""Arithmetic, transposes, slices and reductions by axis on dask arrays."""
import dask.array as da
import numpy as np

x = da.from_zarr("in/v3_raw.zarr", component="value")
y = x + x * 2
print(y.shape, y.dtype, y.ndim, y.chunks)
print(y.T.shape, y[::2, 5:].mean(axis=1).compute())
print(np.sqrt(abs(y)).sum().compute(), y.max(axis=0).compute()[:5], y.std().compute())
print((y > 0).sum(axis=(0, 1)).compute(), y.sum(axis=0, keepdims=True).shape, float(y.min()))
