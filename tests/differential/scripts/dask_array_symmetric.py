"""x + x.T: the transpose of a chunk is another chunk."""
import dask.array as da

x = da.arange(60, chunks=7) * 1.0
square = x[:, None] * 2 + x[None, :]
y = square + square.T
part = y[::2, 50:].mean(axis=1)
print(y.shape, part.shape, part.compute())
