"""Methods of lazy arrays."""

import dask.array as da
import numpy as np

values = (np.arange(24.0) * 7 % 11).reshape(4, 6)
x = da.from_array(values, chunks=(2, 4))
print(x.cumsum(axis=1).compute(), x.cumprod(axis=0).compute())
print(x.cumsum(axis=0, dtype="float32").dtype, da.cumsum(x, axis=1).shape)
print(x.mean(axis=0).compute(), x.mean(axis=(0, 1)).compute(), x.mean(axis=1, keepdims=True).shape)
print(x.std().compute(), x.var(axis=1, ddof=1).compute(), x.sum(axis=-1).compute())
print(x.argmax(axis=0).compute(), x.argmin(axis=1).compute(), x.argmax().compute())
print(x.T.shape, x.T.chunks, x.transpose(1, 0)[2].compute(), x.swapaxes(0, 1)[0].compute())
rows = x.rechunk((2, 6))
print(rows.reshape(24).compute(), x.rechunk(-1).reshape((2, -1)).shape, rows.reshape(-1).shape, rows.reshape(4, 2, 3)[1].compute())
print(rows.ravel().compute(), rows.flatten().sum().compute(), x[None, 0].squeeze().shape)
print(x.repeat(2, axis=1)[0].compute(), x.clip(2, 8)[1].compute(), x.round(0)[2].compute())
print(x.trace().compute(), da.diagonal(x, offset=1).compute(), da.trace(x[:, :4], offset=-1).compute())
print(x.astype("int32").dtype, x.any().compute(), x.all(axis=0).compute(), x.min().compute(), x.max(axis=1).compute())
print((x + 1).prod(axis=1).compute(), abs(-x).sum().compute(), (-x).real.min().compute(), x.conj().max().compute())
print(x.ndim, x.size, x.nbytes, x.itemsize, len(x), x.numblocks, x.npartitions, x.chunksize)
print([float(row.sum().compute()) for row in x], x.copy().shape, x.persist().max().compute())
i = da.from_array(np.arange(6, dtype="int16").reshape(2, 3), chunks=(1, 3))
print(i.cumsum(axis=0).dtype, i.sum().dtype, i.mean().dtype, i.argmax(axis=1).dtype, i.prod().dtype)
