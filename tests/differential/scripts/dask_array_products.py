"""Products, norms and histograms of lazy arrays."""

import dask.array as da
import numpy as np

x = da.from_array((np.arange(24.0) % 7).reshape(4, 6), chunks=(2, 4))
y = da.from_array((np.arange(18.0) % 5).reshape(6, 3), chunks=(4, 2))
print((x @ y).compute(), da.matmul(x, y).shape, x.dot(y).sum().compute())
print(da.einsum("ij,jk->ki", x, y).compute())
print(da.einsum("ij->", x).compute(), da.einsum("ij,ij->i", x, x).compute())
print(da.tensordot(x, y, axes=1).compute(), da.tensordot(x, x, axes=([0, 1], [0, 1])).compute())
print(da.outer(da.arange(3, chunks=2), da.arange(2, chunks=2)).compute())
print(da.linalg.norm(x).compute(), da.linalg.norm(x, axis=0).compute(), da.linalg.norm(x, ord=1, axis=1).compute())
print(da.linalg.norm(x, ord=np.inf, axis=1, keepdims=True).compute())
counts, edges = da.histogram(x, bins=4, range=(0, 6))
print(counts.compute(), edges)
counts, edges = da.histogram(x, bins=np.array([0.0, 1.0, 2.5, 6.0]), density=True)
print(counts.compute(), edges)
counts, _ = da.histogram(x, bins=[0, 3, 7], weights=x * 2)
print(counts.compute())
i = da.from_array(np.arange(6, dtype="int32").reshape(2, 3), chunks=2)
print((i @ i.T).compute(), (i @ i.T).dtype, np.array([[1, 2]]) @ np.array([3, 4]))
v = da.from_array(np.arange(4.0), chunks=2)
print((v @ v).compute(), (x.T @ v).compute(), (v @ x).compute())
print(da.concatenate([x, x + 1], axis=1).chunks, da.concatenate([x, x], axis=0).sum().compute())
print(da.stack([x, -x]).shape, da.stack([v, v * 2], axis=1).compute(), da.concatenate([v, i[0]]).dtype)
