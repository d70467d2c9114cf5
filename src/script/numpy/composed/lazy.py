"""What functions of numpy are for lazy arrays within a function that is traced, where Dask has no lazy form of them."""

import dask.array as da
import numpy as np
import xarray as xr


def asarray(a, dtype=None, order=None, **kwargs):
    if isinstance(a, (list, tuple)):
        a = da.stack([da.asarray(part) for part in a])
    return a if dtype is None or np.dtype(dtype) == a.dtype else a.astype(dtype)


asanyarray = ascontiguousarray = asarray


def array(object, dtype=None, **kwargs):
    # Another object, so that assigning to it leaves the first one alone.
    return asarray(object, dtype).copy()


def zeros(shape, dtype=float, order="C", **kwargs):
    return da.zeros(shape, dtype=dtype, chunks=-1)


empty = zeros


def ones(shape, dtype=float, order="C", **kwargs):
    return da.ones(shape, dtype=dtype, chunks=-1)


def full(shape, fill_value, dtype=None, order="C", **kwargs):
    if np.ndim(fill_value) or isinstance(fill_value, da.Array):
        values = da.asarray(fill_value)
        return da.broadcast_to(values if dtype is None else values.astype(dtype), shape).copy()
    return da.full(shape, fill_value, dtype=dtype, chunks=-1)


def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None, **kwargs):
    a = da.asarray(a)
    dtype = a.dtype if dtype is None else np.dtype(dtype)
    if shape is not None:
        return full(shape, fill_value, dtype)
    # Made of the array itself, so that it is cut into blocks where that is.
    everywhere = da.full((1,) * a.ndim, True, dtype=bool, chunks=-1)
    return da.where(everywhere, da.asarray(fill_value).astype(dtype), a.astype(dtype))


def zeros_like(a, dtype=None, **kwargs):
    return full_like(a, 0, dtype, **kwargs)


empty_like = zeros_like


def ones_like(a, dtype=None, **kwargs):
    return full_like(a, 1, dtype, **kwargs)


def gradient(f, *varargs, **kwargs):
    found = da.gradient(f, *varargs, **kwargs)
    if isinstance(found, list):
        return found[0] if len(found) == 1 else tuple(found)
    return found


def sort(a, axis=-1, kind=None, order=None, stable=None):
    a, axis = (da.ravel(a), 0) if axis is None else (a, axis)
    # The smallest of them, which are all, from the smallest on.
    return da.topk(a, -a.shape[axis], axis=axis) if a.shape[axis] else a


def partition(a, kth, axis=-1):
    return sort(a, axis)


def take_along_axis(arr, indices, axis=-1):
    arr, indices = da.asarray(arr), da.asarray(indices)
    axis %= arr.ndim
    if indices.ndim != arr.ndim or indices.shape[axis] != 1:
        raise NotImplementedError("take_along_axis of lazy arrays takes one element of each line in swath")
    length = arr.shape[axis]
    places = np.arange(length).reshape([-1 if other == axis else 1 for other in range(arr.ndim)])
    is_taken = places == da.where(indices < 0, indices + length, indices)
    return da.where(is_taken, arr, 0).sum(axis=axis, keepdims=True).astype(arr.dtype)


def trapezoid(y, x=None, dx=1.0, axis=-1):
    y = da.asarray(y)
    axis %= y.ndim
    if x is not None:
        dx = np.diff(x, axis=0 if np.ndim(x) == 1 else axis)
        dx = dx.reshape([-1 if other == axis else 1 for other in range(y.ndim)]) if dx.ndim == 1 else dx
    first = (slice(None),) * axis
    return (dx * (y[first + (slice(1, None),)] + y[first + (slice(None, -1),)]) / 2.0).sum(axis=axis)


trapz = trapezoid


def interp(x, xp, fp, left=None, right=None, period=None):
    if period is not None or isinstance(xp, da.Array) or isinstance(fp, da.Array):
        raise NotImplementedError("interp of lazy arrays takes xp and fp in memory, and no period=, in swath")
    xp, fp = np.asarray(xp, dtype=float), np.asarray(fp, dtype=float)
    if xp.ndim != 1 or xp.shape != fp.shape or not xp.size:
        raise ValueError("fp and xp are not of the same length.")
    left, right = fp[0] if left is None else left, fp[-1] if right is None else right
    slopes = np.diff(fp) / np.diff(xp)

    def between(first, end):
        if end - first == 1:
            return slopes[first] * (x - xp[first]) + fp[first]
        middle = (first + end) // 2
        return da.where(x < xp[middle], between(first, middle), between(middle, end))

    inside = between(0, len(slopes)) if len(slopes) else fp[0]
    found = da.where(x < xp[0], left, da.where(x > xp[-1], right, da.where(x == xp[-1], fp[-1], inside)))
    return da.where(da.isnan(x), np.nan, found)


def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    if full or cov or isinstance(x, da.Array) or isinstance(w, da.Array):
        raise NotImplementedError(
            "polyfit of lazy arrays takes x and w in memory, and gives coefficients alone, in swath"
        )
    dims = ["x", "y"][: y.ndim]
    lines = xr.DataArray(y, dims=dims, coords={"x": np.asarray(x)})
    return lines.polyfit("x", deg, skipna=False, rcond=rcond, w=w).polyfit_coefficients.data
