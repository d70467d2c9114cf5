"""Lazy arrays in other shapes and orders."""

import dask.array as da
import numpy as np

x = da.from_array(np.arange(24).reshape(2, 3, 4), chunks=(1, 2, 3))
rows = x.rechunk((1, 3, 4))
print(da.reshape(rows, (6, 4)).compute(), rows.reshape(2, 12)[1, ::5].compute(), rows.reshape(1, 2, 12, 1).shape)
print(da.ravel(rows)[5:9].compute(), rows.ravel().reshape(4, 6)[2].compute(), rows.reshape(2, 12).reshape(2, 2, 6).sum(axis=2).compute())
print(da.moveaxis(x, 0, -1).shape, da.swapaxes(x, 0, 2)[1].compute(), da.transpose(x, (2, 0, 1)).shape, da.squeeze(x[:1]).shape)
print(da.flip(x, axis=2)[0].compute(), da.flipud(x)[0, 0].compute(), da.fliplr(x)[0, 0].compute(), da.roll(x, 1, axis=1)[1].compute())
print(da.expand_dims(x, 0).shape, da.broadcast_to(x[0], (2, 3, 4)).sum().compute(), da.repeat(x, 2, axis=0).shape, da.take(x, [2, 0], axis=1)[0].compute())
print(da.concatenate([x, x[:, :1]], axis=1).shape, da.stack([x[0], x[1]], axis=-1).shape, da.vstack([x[0], x[1]]).shape, da.hstack([x[0], x[1]]).compute()[0])
print(da.dstack([x[0], x[1]]).shape, da.append(x[0], x[1], axis=0).compute()[3], x[:, ::-1, 1:3].compute()[1], x[..., -1].compute())
print(x[0, 1, 2].compute(), x[:, [2, 0]].compute()[0], x[1][:, 2].compute(), x[x.shape[0] - 1, 0].compute(), x[np.array([1, 0])][0, 0].compute())
print(da.zeros((2, 3), chunks=2).sum().compute(), da.ones_like(x).mean().compute(), da.full((2,), 7, chunks=1).compute(), da.arange(2, 10, 3, chunks=2).compute())
print(da.linspace(0, 1, 5, chunks=2).compute(), da.eye(3, chunks=2).compute(), da.full_like(x, 3)[0, 0].compute(), da.zeros_like(x).dtype)
y = x.rechunk({0: 2, 2: 2})
print(y.chunks, x.rechunk((2, 3, 4)).numblocks, x.rechunk(-1).npartitions, (y + x).sum().compute(), da.reshape(x.rechunk(-1), (4, 6)).compute()[3])
