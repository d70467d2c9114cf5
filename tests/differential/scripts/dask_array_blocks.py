"""Functions of blocks, and blocks themselves."""

import dask.array as da
import numpy as np

x = da.from_array((np.arange(24.0) % 7).reshape(4, 6), chunks=(2, (1, 3, 2)))
print(x.blocks[0, 1].compute(), x.blocks[1].compute(), x.blocks[:, ::2].chunks, x.blocks.shape, x.blocks[-1, [0, 2]].compute())
print(x.blocks[:, ::-1].compute())
print(da.map_blocks(lambda b: b * 2 + 1, x).compute())
print(da.map_blocks(np.add, x, 10).compute(), x.map_blocks(np.sqrt).sum().compute())
print(da.map_blocks(lambda a, b, k=0: a * b + k, x, x + 1, k=3, dtype=x.dtype).compute())


def standardised(block):
    return (block - block.mean(axis=0, keepdims=True)) / (block.std(axis=0, keepdims=True) + 1)


whole = x.rechunk((-1, 2))
print(whole.map_blocks(standardised).compute())
print(whole.map_blocks(lambda b: b.sum(axis=0), drop_axis=0).compute())
print(x.map_blocks(lambda b: np.where(b > 3, b, -b)).compute(), x.map_blocks(lambda b: b.astype("int32")).dtype)
