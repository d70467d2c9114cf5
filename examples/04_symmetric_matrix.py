"""A random matrix and its transpose: what is added lies far apart.

    mpirun -n 4 swath run --memory 1GB examples/04_symmetric_matrix.py [SIZE]
    python examples/04_symmetric_matrix.py [SIZE]

Without SIZE it is 20000, and the matrix would take 3.2 GB. No two engines draw the same numbers, so what is printed is
what holds of any that are uniform between 0 and 1: the sum of two varies by 1/6, and the mean of n such sums by 1/(6 n).
"""

import sys

import dask
import dask.array as da

size = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
left_out = size // 4

x = da.random.random((size, size), chunks=(size // 20, size // 20))
y = x + x.T
z = y[::2, left_out:].mean(axis=1)

mean, deviation, least, most = (float(value) for value in dask.compute(z.mean(), z.std(), z.min(), z.max()))
expected = (6 * (size - left_out)) ** -0.5
print(f"{z.shape[0]} rows of {size - left_out} sums, mean {mean:.2f}")
print("means deviate as they should:", abs(deviation / expected - 1) < 0.2)
print("none is further off than 8 deviations:", mean - least < 8 * expected and most - mean < 8 * expected)
print("y is its own transpose:", bool((y[: size // 10] == y[:, : size // 10].T).all().compute()))
