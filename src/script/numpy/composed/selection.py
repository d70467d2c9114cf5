"""Functions of numpy that pick, place and order values of small arrays, made of others."""

import functools

import numpy as np


def choose(a, choices, out=None, mode="raise"):
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
    mask = np.broadcast_to(np.asarray(where), dst.shape)
    dst[mask] = np.broadcast_to(np.asarray(src), dst.shape)[mask]


def extract(condition, arr):
    return np.ravel(np.asarray(arr))[np.flatnonzero(np.asarray(condition))]


def lexsort(keys, axis=-1):
    order = None
    for key in keys:
        key = np.asarray(key)
        ranks = np.argsort(key if order is None else key[order], kind="stable")
        order = ranks if order is None else order[ranks]
    return order


def partition(a, kth, axis=-1):
    return np.sort(a, axis=axis)


def argpartition(a, kth, axis=-1):
    return np.argsort(a, axis=axis, kind="stable")


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
    places = np.flatnonzero(np.asarray(mask))
    put(arr, places, np.resize(vals, len(places)) if len(places) else vals)


def put(a, ind, v, mode="raise"):
    places = np.ravel(np.asarray(ind))
    values = np.resize(np.asarray(v), len(places))
    for place, value in zip(places, values):
        if not -a.size <= place < a.size:
            raise IndexError(f"index {place} is out of bounds for axis 0 with size {a.size}")
        a[np.unravel_index(int(place) % a.size, a.shape)] = value


def putmask(a, mask, values):
    mask, values = np.asarray(mask), np.asarray(values)
    for place in np.flatnonzero(mask):
        a[np.unravel_index(int(place), a.shape)] = np.ravel(values)[int(place) % values.size]


def put_along_axis(arr, indices, values, axis):
    indices = np.asarray(indices)
    values = np.broadcast_to(np.asarray(values), indices.shape)
    for index in np.ndindex(*indices.shape):
        place = list(index)
        place[axis] = int(indices[index])
        arr[tuple(place)] = values[index]


def take_along_axis(arr, indices, axis=-1):
    arr, indices = np.asarray(arr), np.asarray(indices)
    if axis is None:
        return np.ravel(arr)[indices]
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
    index, _ = np.asarray(multi_index[0]), None
    for place, (along, length) in enumerate(zip(multi_index, dims)):
        along = np.asarray(along)
        if mode == "wrap":
            along = along % length
        elif mode == "clip":
            along = np.clip(along, 0, length - 1)
        elif np.any((along < 0) | (along >= length)):
            raise ValueError("invalid entry in coordinates array")
        index = along if place == 0 else index * length + along
    return index
