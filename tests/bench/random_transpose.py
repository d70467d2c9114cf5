"""Workload ii: random numbers plus their transpose, a part of it, its mean. random_transpose.py [SIZE [CHUNK]]"""

import sys

import dask.array as da

size = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
chunk = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000

x = da.random.random((size, size), chunks=(chunk, chunk))
y = x + x.T
means = y[::2, size // 4 :].mean(axis=1).compute()
print(means.shape, f"{means.mean():.4f}")
