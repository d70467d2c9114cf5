"""Functions of numpy that make small arrays, shape them and look through them, made of others."""

import itertools
import math

import numpy as np


def asanyarray(a, dtype=None, order=None):
    return np.asarray(a, dtype=dtype)


def asarray_chkfinite(a, dtype=None, order=None):
    a = np.asarray(a, dtype=dtype)
    if not np.isfinite(a).all():
        raise ValueError("array must not contain infs or NaNs")
    return a


def ascontiguousarray(a, dtype=None):
    return np.atleast_1d(np.asarray(a, dtype=dtype))


def atleast_1d(*arys):
    return _each(arys, lambda a: _given(a) if np.ndim(a) else np.asarray(a).reshape(1))


def atleast_2d(*arys):
    return _each(arys, lambda a: _given(a).reshape(1, -1) if np.ndim(a) < 2 else _given(a))


def atleast_3d(*arys):
    def widened(a):
        a = _given(a)
        if a.ndim < 2:
            return a.reshape(1, -1, 1)
        return a[:, :, None] if a.ndim == 2 else a

    return _each(arys, widened)


def broadcast_arrays(*args):
    args = [np.asarray(a) for a in args]
    shape = broadcast_shapes(*(a.shape for a in args))
    return tuple(np.broadcast_to(a, shape) for a in args)


def broadcast_shapes(*args):
    shapes = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in args]
    ndim = max(map(len, shapes), default=0)
    found = [1] * ndim
    for shape in shapes:
        for axis, length in enumerate(shape, ndim - len(shape)):
            if length != 1 and found[axis] not in (1, length):
                raise ValueError(
                    "shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is between "
                    + " and ".join(f"arg {place} with shape {shape}" for place, shape in enumerate(shapes))
                )
            if length != 1:
                found[axis] = length
    return tuple(found)


def concat(arrays, axis=0, dtype=None):
    joined = np.concatenate(arrays, axis=axis)
    return joined if dtype is None else joined.astype(dtype)


def diag_indices(n, ndim=2):
    return (np.arange(n),) * ndim


def diag_indices_from(arr):
    if arr.ndim < 2 or len(set(arr.shape)) > 1:
        raise ValueError("All dimensions of input must be of equal length, at least 2 of them")
    return diag_indices(arr.shape[0], arr.ndim)


def diagflat(v, k=0):
    return np.diag(np.ravel(np.asarray(v)), k)


def fill_diagonal(a, val, wrap=False):
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    if wrap:
        raise NotImplementedError("fill_diagonal(wrap=True) isn't supported by swath")
    if a.ndim > 2 and len(set(a.shape)) > 1:
        raise ValueError("All dimensions of input must be of equal length")
    count = min(a.shape)
    values = np.resize(np.asarray(val, dtype=a.dtype), count)
    for index in range(count):
        a[(index,) * a.ndim] = values[index]


def fromfunction(function, shape, *, dtype=float, **kwargs):
    return function(*indices(shape, dtype=dtype), **kwargs)


def fromiter(iter, dtype, count=-1):
    values = list(iter if count < 0 else itertools.islice(iter, count))
    if len(values) < count:
        raise ValueError(f"iterator too short: Expected {count} but iterator had only {len(values)} items.")
    return np.array(values, dtype=dtype)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    if start == 0 or stop == 0:
        raise ValueError("Geometric sequence cannot include zero")
    if (start < 0) != (stop < 0):
        raise ValueError("geomspace from a negative to a positive number has complex values, which swath has not")
    sign = -1.0 if start < 0 else 1.0
    values = sign * np.logspace(math.log10(abs(start)), math.log10(abs(stop)), num, endpoint=endpoint)
    if num > 0:
        values[0] = start
        if num > 1 and endpoint:
            values[-1] = stop
    return values if dtype is None else values.astype(dtype)


def indices(dimensions, dtype=int, sparse=False):
    axes = np.meshgrid(*(np.arange(length, dtype=dtype) for length in dimensions), indexing="ij", sparse=sparse)
    return tuple(axes) if sparse else np.stack(axes)


def ix_(*args):
    def along(axis, values):
        values = np.asarray(values)
        if values.ndim != 1:
            raise ValueError("Cross index must be 1 dimensional")
        if values.dtype == bool:
            values = np.flatnonzero(values)
        return values.reshape([-1 if other == axis else 1 for other in range(len(args))])

    return tuple(along(axis, values) for axis, values in enumerate(args))


def ndindex(*shape):
    shape = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    return itertools.product(*map(range, shape))


def ndenumerate(arr):
    arr = np.asarray(arr)
    return ((index, arr[index]) for index in ndindex(*arr.shape))


def require(a, dtype=None, requirements=None):
    return np.asarray(a, dtype=dtype)


def resize(a, new_shape):
    new_shape = (new_shape,) if isinstance(new_shape, int) else tuple(new_shape)
    values, size = np.ravel(np.asarray(a)), math.prod(new_shape)
    if values.size == 0:
        return np.zeros(new_shape, dtype=values.dtype)
    return np.tile(values, -(-size // values.size))[:size].reshape(new_shape)


def rollaxis(a, axis, start=0):
    axis = axis + a.ndim if axis < 0 else axis
    start = start + a.ndim if start < 0 else start
    return np.moveaxis(a, axis, start - 1 if axis < start else start)


def rot90(m, k=1, axes=(0, 1)):
    m = _given(m)
    first, second = axes
    if k % 4 == 0:
        return m
    if k % 4 == 2:
        return np.flip(np.flip(m, first), second)
    turned = np.flip(m, second) if k % 4 == 1 else m
    turned = np.swapaxes(turned, first, second)
    return turned if k % 4 == 1 else np.flip(turned, second)


def row_stack(tup, *, dtype=None):
    stacked = np.vstack(tup)
    return stacked if dtype is None else stacked.astype(dtype)


def matrix_transpose(x):
    return np.swapaxes(x, -1, -2)


def permute_dims(a, axes=None):
    return np.transpose(a, axes)


def tri(N, M=None, k=0, dtype=float):
    rows, columns = np.arange(N)[:, None], np.arange(N if M is None else M)[None, :]
    return (rows + k >= columns).astype(dtype)


def tril(m, k=0):
    m = _given(m)
    return np.where(tri(*m.shape[-2:], k=k, dtype=bool), m, np.zeros((), dtype=m.dtype))


def triu(m, k=0):
    m = _given(m)
    return np.where(tri(*m.shape[-2:], k=k - 1, dtype=bool), np.zeros((), dtype=m.dtype), m)


def tril_indices(n, k=0, m=None):
    return np.nonzero(tri(n, m, k=k, dtype=bool))


def triu_indices(n, k=0, m=None):
    return np.nonzero(~tri(n, m, k=k - 1, dtype=bool))


def tril_indices_from(arr, k=0):
    return tril_indices(arr.shape[-2], k, arr.shape[-1])


def triu_indices_from(arr, k=0):
    return triu_indices(arr.shape[-2], k, arr.shape[-1])


def trim_zeros(filt, trim="fb"):
    if np.ndim(filt) > 1:
        raise NotImplementedError("trim_zeros of several dimensions isn't supported by swath")
    kept = np.flatnonzero(np.asarray(filt))
    if not len(kept):
        return filt[:0]
    first = kept[0] if "f" in trim.lower() else 0
    return filt[first : kept[-1] + 1 if "b" in trim.lower() else len(filt)]


def vander(x, N=None, increasing=False):
    x = np.asarray(x)
    powers = np.arange(len(x) if N is None else N)
    return x[:, None] ** (powers if increasing else powers[::-1])


def _each(arrays, function):
    results = tuple(function(a) for a in arrays)
    return results[0] if len(results) == 1 else results


def _given(a):
    return a if hasattr(a, "ndim") else np.asarray(a)


asfortranarray = ascontiguousarray
