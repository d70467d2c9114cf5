"""Sums of products of lazy arrays, of any number of axes, in chunks that cut across the sums."""

import dask.array as da
import numpy as np


def lazy(shape, chunks, modulus=13, dtype="float64"):
    count = int(np.prod(shape))
    return da.from_array((np.arange(count) * 5 % modulus).astype(dtype).reshape(shape), chunks=chunks)


a, b = lazy((7, 30), (3, 7)), lazy((30, 5), (11, 2), 17)
print((a @ b).compute(), (a @ b).shape, da.dot(a, b).sum().compute())
print(da.matmul(lazy((3, 4, 6), (1, 3, 4)), lazy((3, 6, 2), (2, 5, 1))).compute())
print(da.matmul(lazy((2, 3, 4), (1, 2, 3)), lazy((4, 2), (3, 1))).compute())
c, d = lazy((3, 4, 5), (2, 3, 3)), lazy((4, 5, 6), (2, 5, 4), 19)
print(da.tensordot(c, d, axes=2).compute(), da.tensordot(c, d, axes=([1], [0])).shape)
print(da.tensordot(c, d, axes=([2, 1], [1, 0])).compute())
print(da.einsum("ijk,jkl->il", c, d).compute(), da.einsum("ijk,jkl", c, d).sum().compute())
print(da.einsum("ij,jk,kl->il", lazy((2, 3), (1, 2)), lazy((3, 4), (2, 3)), lazy((4, 2), (1, 2))).compute())
print(da.einsum("...ij,...jk->...ik", lazy((2, 3, 4), (1, 2, 2)), lazy((2, 4, 3), (2, 3, 2))).compute())
print(da.einsum("bij,bjk->bk", lazy((2, 3, 4), (1, 2, 2)), lazy((2, 4, 3), (2, 3, 2))).compute())
print(((a @ b).T @ a).compute(), ((a @ b) + (a @ b) * 2).sum(axis=0).compute(), (a @ b).max().compute())
print(da.vdot(a[0], a[1]).compute(), (a[0] @ b).compute(), (a @ b[:, 0]).compute())
narrow = lazy((4, 9), (2, 4), 7, "float32")
print((narrow @ narrow.T).dtype, (narrow @ narrow.T).compute())
whole = lazy((4, 9), (4, 2), 7, "int32")
print((whole @ whole.T).compute(), da.einsum("ij,kj->ik", whole, whole).compute())
long, wide = lazy((3, 4000), (3, 500)), lazy((4000, 2), (500, 2), 5)
print((long @ wide).compute(), (long @ wide).sum().compute())
missing = da.where(a == 3, np.nan, a)
print((missing @ b).compute()[0], da.isnan(missing @ b).sum().compute())
