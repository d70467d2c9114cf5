"""dask's arrays with margins, grids of coordinates, and their largest, different and ordered values."""

import dask.array as da
import numpy as np

x = np.arange(24.0).reshape(4, 6) % 7
a = da.from_array(x, chunks=(2, 3))
i = da.from_array(np.arange(10) * 3 % 7, chunks=4)
for mode in ("edge", "reflect", "symmetric", "wrap"):
    print(mode, da.pad(a, ((1, 2), (0, 3)), mode=mode).compute(), da.pad(i, 2, mode).compute())
print(da.pad(a, 1).compute(), da.pad(a, ((0, 1), (2, 0)), constant_values=-5).compute())
print(da.pad(i, (1, 2), "constant", constant_values=((7, 8),)).compute(), da.pad(i, 1).dtype)

y, z = da.meshgrid(da.arange(3, chunks=2), da.arange(4.0, chunks=3))
print(y.shape, y.compute(), z.compute())
for grid in da.meshgrid(da.arange(2, chunks=1), da.arange(3, chunks=3), da.arange(4, chunks=2), indexing="ij", sparse=True):
    print(grid.shape, grid.compute().ravel())
print([grid.shape for grid in da.meshgrid(np.arange(3), [1, 2], indexing="ij")])

print(da.topk(i, 3).compute(), da.topk(i, -4).compute(), i.topk(20).compute().shape, i.topk(2).dtype)
print(a.topk(2).compute(), da.topk(a, 3, axis=0).compute(), a.topk(-2, axis=1).compute())
n = da.from_array(np.array([[1.0, np.nan, 3.0, -np.inf], [np.nan, np.nan, np.inf, 0.0]]), chunks=(1, 2))
print(da.topk(n, 3).compute(), da.topk(n, -3).compute())

print(da.unique(i).compute(), da.unique(a).compute())
values, counts = da.unique(a, return_counts=True)
print(values.compute(), counts.compute(), counts.dtype)
values, first, back = da.unique(i, return_index=True, return_inverse=True)
print(values.compute(), first.compute(), back.compute())

one = da.from_array(np.array([3.0, 1.0, 4.0, 1.0, 5.0]), chunks=5)
print(da.percentile(one, 50).compute(), da.percentile(one, [0, 25, 90, 100]).compute(), da.percentile(one, [50], method="lower").compute())
print(da.percentile(da.from_array(np.arange(5), chunks=5), [30]).compute(), da.percentile(one, 50).shape)

# Places along an axis.
row = da.arange(5, chunks=2)
for places in ([-1, 0], 2, [1.5], [7]):
    try:
        print(da.take(row, places).compute())
    except Exception as error:
        print(type(error).__name__)
