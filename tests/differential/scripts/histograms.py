"""Histograms of one variable and of several."""

import dask.array as da
import numpy as np

x = da.from_array(np.arange(40.0) * 7 % 13, chunks=9)
y = da.from_array(np.arange(40.0) * 5 % 11, chunks=9)
w = da.from_array(np.arange(40) % 3, chunks=9)
counts, edges = da.histogram(x, bins=5, range=(0, 13))
print(counts.compute(), counts.dtype, edges)
counts, _ = da.histogram(x, bins=[0, 4, 8, 13], density=True)
print(counts.compute())
counts, _ = da.histogram(x, bins=[0, 4, 8, 13], weights=w * 0.5)
print(counts.compute())
counts, _, _ = da.histogram2d(x, y, bins=[3, 2], range=[[0, 13], [0, 11]])
print(counts.compute(), counts.compute().dtype)
counts, _, _ = da.histogram2d(x, y, bins=[[0, 5, 13], [0, 3, 11]], weights=w)
print(counts.compute(), counts.compute().dtype)
counts, edges = da.histogramdd((x, y), bins=(2, 3), range=((0, 13), (0, 11)))
print(counts.compute(), len(edges))
print(np.histogram([1, 2, 2, 5], bins=4), np.histogram([1.0, 2.0], bins=[0, 1.5, 3], weights=[2.0, 3.0])[0], np.bincount([0, 1, 1, 4]))
# Of single precision, a number of bins has edges of single precision.
single = (np.arange(400, dtype="float32") * 7 % 101 - 50) / np.float32(250)
for bounds in ((-0.2, 0.2), (np.float64(-0.2), np.float64(0.2))):
    counts, edges = np.histogram(single, 5, range=bounds)
    print(counts, edges.dtype, edges.tolist())
    print(da.histogram(da.from_array(single, chunks=99), bins=5, range=bounds)[0].compute())
for bins in (3, 7, 13):
    counts, edges = np.histogram(single[:50], bins=bins)
    print(counts, edges.tolist(), np.histogram(single[:50], bins=bins, density=True)[0].tolist())
