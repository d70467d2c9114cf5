"""Functions of numpy that pick, place and order values of small arrays, made of others."""

import functools

import numpy as np


def choose(a, choices, out=None, mode="raise"):
    if out is not None:
        raise NotImplementedError("choose(out=) isn't supported by swath")
    a, *choices = np.broadcast_arrays(a, *choices)
    if mode != "raise":
        a = np.clip(a, 0, len(choices) - 1) if mode == "clip" else a % len(choices)
    elif a.size and (a.min() < 0 or a.max() >= len(choices)):
        raise ValueError("invalid entry in choice array")
    return np.select([a == place for place in range(len(choices))], choices)


def compress(condition, a, axis=None):
    a = np.asarray(a)
    kept = np.flatnonzero(np.asarray(condition))
    return np.take(np.ravel(a) if axis is None else a, kept, axis=0 if axis is None else axis)


def copyto(dst, src, casting="same_kind", where=True):
    src = np.asarray(src)
    if not np.can_cast(src.dtype, dst.dtype, casting):
        raise TypeError(f"Cannot cast array data from {src.dtype!r} to {dst.dtype!r} according to the rule '{casting}'")
    mask = np.broadcast_to(np.asarray(where), dst.shape)
    dst[mask] = np.broadcast_to(src, dst.shape)[mask]


def extract(condition, arr):
    return np.ravel(np.asarray(arr))[np.flatnonzero(np.asarray(condition))]


def lexsort(keys, axis=-1):
    keys = [np.asarray(key) for key in keys]
    if not keys:
        raise TypeError("need sequence of keys with len > 0 in lexsort")
    if any(key.ndim != 1 for key in keys):
        raise NotImplementedError("lexsort of keys of several dimensions isn't supported by swath")
    if len({key.size for key in keys}) > 1:
        raise ValueError("all keys need to be the same shape")
    order = None
    for key in keys:
        ranks = np.argsort(key if order is None else key[order], kind="stable")
        order = ranks if order is None else order[ranks]
    return order


def partition(a, kth, axis=-1):
    a, axis = _along(a, kth, axis)
    return np.sort(a, axis=axis)


def argpartition(a, kth, axis=-1):
    a, axis = _along(a, kth, axis)
    return np.argsort(a, axis=axis, kind="stable")


def _along(a, kth, axis):
    a = np.asarray(a)
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis)
    length = a.shape[axis]
    for place in np.ravel(np.asarray(kth)):
        if not -length <= place < length:
            raise ValueError(f"kth(={place}) out of bounds ({length})")
    return a, axis


def piecewise(x, condlist, funclist, *args, **kw):
    x = np.asarray(x)
    if not isinstance(condlist, (list, tuple)) or not isinstance(condlist[0], (list, tuple, np.ndarray)):
        condlist = [condlist]
    conditions = [np.asarray(condition, dtype=bool) for condition in condlist]
    if len(funclist) == len(conditions) + 1:
        conditions.append(~functools.reduce(np.logical_or, conditions))
    elif len(funclist) != len(conditions):
        raise ValueError(
            f"with {len(conditions)} condition(s), either {len(conditions)} or {len(conditions) + 1} functions are expected"
        )
    found = np.zeros_like(x)
    for condition, function in zip(conditions, funclist):
        if condition.any():
            found[condition] = function(x[condition], *args, **kw) if callable(function) else function
    return found


def place(arr, mask, vals):
    mask = np.broadcast_to(np.asarray(mask, dtype=bool), arr.shape)
    count = np.count_nonzero(mask)
    if count and not np.size(vals):
        raise ValueError("Cannot insert from an empty array!")
    if count:
        arr[mask] = np.resize(vals, count)


def put(a, ind, v, mode="raise"):
    places, values = np.ravel(np.asarray(ind)), np.ravel(np.asarray(v))
    if not places.size or not values.size:
        return
    if mode == "raise" and np.any((places < -a.size) | (places >= a.size)):
        wrong = places[(places < -a.size) | (places >= a.size)][0]
        raise IndexError(f"index {wrong} is out of bounds for axis 0 with size {a.size}")
    places = np.clip(places, 0, a.size - 1) if mode == "clip" else places % a.size
    flat = a.flatten()
    flat[places] = np.resize(values, places.size)
    a[...] = flat.reshape(a.shape)


def putmask(a, mask, values):
    mask, values = np.asarray(mask, dtype=bool), np.ravel(np.asarray(values))
    if mask.shape != a.shape:
        raise ValueError("putmask: mask and data must be the same size")
    if values.size:
        a[mask] = np.resize(values, a.shape)[mask]


def put_along_axis(arr, indices, values, axis):
    indices = np.asarray(indices)
    if axis is None:
        put(arr, indices, values)
        return
    if indices.ndim != arr.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    axis = axis + arr.ndim if axis < 0 else axis
    shape = tuple(indices.shape[axis] if other == axis else length for other, length in enumerate(arr.shape))
    indices = np.broadcast_to(indices, shape)
    places = list(np.indices(shape))
    places[axis] = indices
    arr[tuple(np.ravel(place) for place in places)] = np.ravel(np.broadcast_to(np.asarray(values), shape))


def take_along_axis(arr, indices, axis=-1):
    arr, indices = np.asarray(arr), np.asarray(indices)
    if axis is None:
        return np.ravel(arr)[indices]
    if arr.ndim != indices.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    axis = axis + arr.ndim if axis < 0 else axis
    shape = np.broadcast_shapes(
        *(tuple(1 if other == axis else length for other, length in enumerate(a.shape)) for a in (arr, indices))
    )
    arr = np.broadcast_to(arr, shape[:axis] + (arr.shape[axis],) + shape[axis + 1 :])
    indices = np.broadcast_to(indices, shape[:axis] + (indices.shape[axis],) + shape[axis + 1 :])
    flat = np.moveaxis(arr, axis, -1).reshape(-1, arr.shape[axis])
    rows = np.moveaxis(indices, axis, -1).reshape(-1, indices.shape[axis])
    picked = np.stack([line[row] for line, row in zip(flat, rows)]) if len(rows) else rows.astype(arr.dtype)
    return np.moveaxis(picked.reshape(np.moveaxis(indices, axis, -1).shape), -1, axis)


def ravel_multi_index(multi_index, dims, mode="raise", order="C"):
    indices = [np.asarray(along) for along in multi_index]
    if len(indices) != len(dims):
        raise ValueError(f"parameter multi_index must be a sequence of length {len(dims)}")
    if any(along.dtype.kind not in "iub" for along in indices):
        raise TypeError("only int indices permitted")
    index = None
    for along, length in list(zip(indices, dims))[:: 1 if order == "C" else -1]:
        if mode == "wrap":
            along = along % length
        elif mode == "clip":
            along = np.clip(along, 0, length - 1)
        elif np.any((along < 0) | (along >= length)):
            raise ValueError("invalid entry in coordinates array")
        index = along if index is None else index * length + along
    return index
