"""Methods of numpy's functions of elements, and where their results go."""

import numpy as np
import xarray as xr

a = np.array([[3, 1, 4], [1, 5, 9]])
b = np.array([[2.0, 0.0, 7.0], [1.0, 8.0, 0.0]])
print(np.add.reduce(a), np.add.reduce(a, axis=None), np.multiply.reduce(a, axis=1), np.maximum.reduce([1, 7, 3]))
print(
    np.logical_and.reduce([a > 1, b > 0]),
    np.logical_or.reduce([a > 3, b > 7]),
    np.minimum.reduce(a, axis=1, keepdims=True),
)
print(np.bitwise_or.reduce(a, axis=None), np.subtract.reduce(a, axis=1), np.hypot.reduce([3.0, 4.0, 12.0]))
print(
    np.add.reduce(a, axis=(0, 1)),
    np.maximum.reduce(a, initial=4),
    np.add.reduce([True, True]),
    np.fmax.reduce([np.nan, 2.0]),
)
print(
    np.maximum.accumulate(a, axis=1),
    np.add.accumulate([1, 2, 3]),
    np.minimum.accumulate([5, 3, 4, 1]),
    np.multiply.accumulate(a),
)
print(
    np.subtract.outer([1, 2], [10, 20, 30]), np.equal.outer([1, 2], [2, 1]).tolist(), np.multiply.outer(a, [1, 2]).shape
)
counts = np.zeros(4)
np.add.at(counts, [0, 2, 2, 3], 1)
np.maximum.at(counts, np.array([1, 1]), [5, 4])
np.subtract.at(a, (np.array([0, 1]), np.array([1, 1])), 10)
print(counts, a)
safe = np.divide(a, b, out=np.zeros_like(b), where=b != 0)
print(safe, np.log(b, out=np.full_like(b, -1), where=b > 0).round(6), np.sqrt(b, where=b >= 0).round(6))
total = np.zeros(b.shape)
same = np.add(total, b, out=total)
np.multiply(total, 2, total)
print(same is total, total, np.true_divide.__name__, np.add.nin, np.add)
for wrong in (
    lambda: np.add(b, 1.5, out=np.zeros(b.shape, dtype=int)),
    lambda: np.add(b, 1, out=np.zeros(2)),
    lambda: np.subtract.reduce(np.zeros((0, 3))),
):
    try:
        print(wrong())
    except (TypeError, ValueError) as error:
        print(isinstance(error, TypeError))


def ratio(v, w):
    return np.divide(v, w, out=np.zeros_like(v), where=w != 0)


def masked(v):
    usable = np.logical_and.reduce([v > 1, v < 8, ~np.isnan(v)])
    return np.maximum.accumulate(np.where(usable, v, 0), axis=-1)


lazy = xr.DataArray(b, dims=("y", "x")).chunk(y=1)
print(xr.apply_ufunc(ratio, lazy + 1, lazy, dask="parallelized").values)
print(xr.apply_ufunc(masked, lazy, input_core_dims=[["x"]], output_core_dims=[["x"]], dask="parallelized").values)
print(xr.apply_ufunc(np.maximum, lazy, 3, dask="parallelized").values, np.maximum(lazy, 3).values)
