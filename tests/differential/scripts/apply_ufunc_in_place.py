"""Functions applied block by block that change arrays in place."""

import dask.array as da
import numpy as np
import xarray as xr

CASES = {}


def case(function):
    CASES[function.__name__] = function


@case
def alias(x):
    w = np.zeros(6)
    v = w
    v += 1
    return x * w[0]


@case
def helper(x):
    def add(b):
        b += 1

    w = np.zeros(6)
    add(w)
    return x * w


@case
def rows(x):
    w = np.zeros((3, 6))
    for r in w:
        r += 1
    return x * w.sum(0)


@case
def asarray_same(x):
    r = np.asarray(x, dtype=float)
    r[r < 0] = 0
    return r + x


@case
def astype_copy(x):
    r = x.astype(float)
    r[r < 0] = 0
    return r + x


@case
def sumcore(x):
    return x / np.ones_like(x).sum(axis=-1, keepdims=True)


@case
def fullbool(x):
    return np.where(~np.full(x.shape, np.array([True, False] * 3)), x, 0)


@case
def fulldt(x):
    return x + np.full(x.shape, [1, 2, 3, 4, 5, 6], dtype="f4")


@case
def fib(x):
    w = np.zeros(30)
    w[0] = 1
    w[1] = 1
    for i in range(2, 30):
        w[i] = w[i - 1] + w[i - 2]
    return x * float(w[-1])


@case
def fib6(x):
    w = np.zeros(6)
    w[0] = 1
    w[1] = 1
    for i in range(2, 6):
        w[i] = w[i - 1] + w[i - 2]
    return x * float(w[-1])


@case
def keep(x):
    k = np.nanmean(x, axis=-1, keepdims=True)
    k[k < 0] = 0
    return x - k


@case
def acc(x):
    s = np.zeros(x.shape[:-1])
    for i in range(x.shape[-1]):
        s += x[..., i]
    return s[:, None] + x


@case
def acc2(x):
    s = x[..., 0].copy()
    for i in range(1, x.shape[-1]):
        s += x[..., i]
    return s[:, None] + x


@case
def acc3(x):
    s = 0
    for i in range(x.shape[-1]):
        s += x[..., i] ** 2
    return np.sqrt(s)[:, None] + x


@case
def inplace(x):
    x = x * 2
    x -= 1
    x /= 3
    x **= 2
    return x


@case
def intdiv(x):
    i = x.astype(int)
    i += 1
    i //= 2
    return i * 1.0


@case
def constants(x):
    w = np.zeros(3)
    w.fill(2)
    return x * round(float(w.sum()), 2) + len(w.tolist())


@case
def view_of_dead(x):
    a = np.zeros((2, 6))
    r = a[0]
    del a
    r += 1
    return x * r


@case
def transposed(x):
    y = x.T.copy()
    y[y < 0] = 0
    return y.T


@case
def input_changed(x):
    x[x < 0] = 0
    return x


@case
def full_like_dt(x):
    return np.full_like(x, 2, dtype=int) + np.ones_like(x, dtype="f4") + x


@case
def grad(x):
    return np.gradient(x, axis=-1)


for name, function in CASES.items():
    array = da.from_array(np.arange(24.0).reshape(4, 6) - 9, chunks=(2, 6))
    result = da.map_blocks(function, array, dtype=float).compute()
    print(name, result.dtype, result.round(6).tolist())
print(da.gradient(da.arange(6, chunks=3) ** 2)[0].compute())
print(da.searchsorted(da.from_array(np.array([1, 2, np.nan])), da.from_array(np.array([0, 5.0, np.nan]))).compute())
labelled = xr.DataArray(da.arange(6, chunks=2), dims="x")
data = labelled.data
data[0] = 5
data[1] = 6
print(labelled.values)
counts = np.zeros((2, 3))
np.add.at(counts, np.array([[True, False, False], [False, True, False]]), 10)
np.add.at(counts, (np.array([0, 1]), np.array([2, 2])), [1, 2])
print(counts)
print(np.logical_and.accumulate([2, 0, 3]), np.divide.reduce([4]), np.logical_xor.reduce([[1, 2]]))
print(np.add.reduce(np.array([100, 100], "int8"), dtype="int8"), np.add.reduce(np.array([1, 2], "int8")).dtype)
single = np.zeros(3)
np.add(1, 1, out=single)
print(single, np.multiply([1, 2, 3], 2, out=np.zeros((2, 3))))
