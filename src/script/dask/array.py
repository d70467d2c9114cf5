"""Functions of dask.array that are made of others."""

import dask.array as da
import numpy as np


def _part(array, axis, start, stop):
    return array[(slice(None),) * axis + (slice(start, stop),)]


def _axis(axis, ndim):
    if not -ndim <= axis < ndim:
        raise ValueError(f"axis {axis} is out of bounds for array of dimension {ndim}")
    return axis % ndim


def gradient(f, *varargs, axis=None, edge_order=1):
    f = da.asarray(f)
    f = f if f.dtype.kind == "f" else f.astype("float64")
    axes = range(f.ndim) if axis is None else [_axis(one, f.ndim) for one in np.ravel(axis).tolist()]
    axes = list(axes)
    if edge_order not in (1, 2):
        raise ValueError("'edge_order' greater than 2 not supported")
    if len(varargs) not in (0, 1, len(axes)) or len(varargs) == 1 < len(axes) and np.ndim(varargs[0]):
        raise TypeError("invalid number of arguments")
    spacings = (varargs or [1.0]) * (1 if len(varargs) > 1 else len(axes))
    found = [_slope(f, axis, _steps(f, axis, spacing), edge_order) for axis, spacing in zip(axes, spacings)]
    return found if axis is None or np.ndim(axis) else found[0]


def _steps(f, axis, spacing):
    """Distances between neighbours along an axis: a number where all are equal."""
    if f.shape[axis] < 2:
        raise ValueError(
            "Shape of array too small to calculate a numerical gradient, at least 2 elements are required."
        )
    if np.ndim(spacing) == 0:
        return spacing
    spacing = np.asarray(spacing)
    if spacing.shape != (f.shape[axis],):
        raise ValueError("when 1d, distances must match the length of the corresponding dimension")
    steps = np.diff(spacing if spacing.dtype.kind == "f" else spacing.astype("float64"))
    return steps[0] if (steps == steps[0]).all() else steps


def _slope(f, axis, steps, edge_order):
    """Second order differences inside (Fornberg, 1988), one-sided ones at the ends."""
    length, is_even = f.shape[axis], np.ndim(steps) == 0
    if length <= edge_order:
        raise ValueError("Shape of array too small to calculate a numerical gradient")

    def at(place):
        return _part(f, axis, place, place + 1 or None)

    def weighted(places, weights):
        terms = [weight * at(place) for place, weight in zip(places, weights)]
        return terms[0] + terms[1] + terms[2]

    before, behind = (steps, steps) if is_even else (steps[:-1], steps[1:])
    parts = []
    if edge_order == 1:
        parts.append((at(1) - at(0)) / (steps if is_even else steps[0]))
    elif is_even:
        parts.append(weighted((0, 1, 2), (-1.5 / steps, 2.0 / steps, -0.5 / steps)))
    else:
        a, b = steps[0], steps[1]
        parts.append(weighted((0, 1, 2), (-(2 * a + b) / (a * (a + b)), (a + b) / (a * b), -a / (b * (a + b)))))
    if length > 2:
        low, middle, high = (_part(f, axis, start, length - 2 + start) for start in (0, 1, 2))
        if is_even:
            parts.append((high - low) / (2.0 * steps))
        else:
            shape = [-1 if other == axis else 1 for other in range(f.ndim)]
            first = (-behind / (before * (before + behind))).reshape(shape)
            second = ((behind - before) / (before * behind)).reshape(shape)
            third = (before / (behind * (before + behind))).reshape(shape)
            parts.append(first * low + second * middle + third * high)
    if edge_order == 1:
        parts.append((at(-1) - at(-2)) / (steps if is_even else steps[-1]))
    elif is_even:
        parts.append(weighted((-3, -2, -1), (0.5 / steps, -2.0 / steps, 1.5 / steps)))
    else:
        a, b = steps[-2], steps[-1]
        parts.append(weighted((-3, -2, -1), (b / (a * (a + b)), -(b + a) / (a * b), (2.0 * b + a) / (b * (a + b)))))
    return da.concatenate(parts, axis=axis)


def tile(A, reps):
    A, reps = da.asarray(A), [reps] if isinstance(reps, int) else list(reps)
    reps = [1] * (A.ndim - len(reps)) + reps
    A = A[(None,) * (len(reps) - A.ndim)]
    for axis, count in enumerate(reps):
        if count == 0:
            A = _part(A, axis, 0, 0)
        elif count > 1:
            A = da.concatenate([A] * count, axis=axis)
    return A


def searchsorted(a, v, side="left", sorter=None):
    if sorter is not None:
        raise NotImplementedError("da.searchsorted with a sorter argument is not supported")
    v = da.asarray(v)
    if not isinstance(a, da.Array):
        return da.digitize(v, a, right=side == "left")
    # NaN is beyond all.
    v = v[..., None]
    beyond = (v <= a) | da.isnan(a) if side == "left" else (v < a) | (da.isnan(a) & ~da.isnan(v))
    return (~beyond).sum(axis=-1)


def piecewise(x, condlist, funclist, *args, **kw):
    x = da.asarray(x)
    conditions = [condition != 0 for condition in (condlist if isinstance(condlist, (list, tuple)) else [condlist])]
    if any(callable(function) for function in funclist):
        raise NotImplementedError("piecewise of functions isn't supported for lazy arrays by swath: use where(...)")
    otherwise = funclist[len(conditions)] if len(funclist) == len(conditions) + 1 else 0
    if len(funclist) not in (len(conditions), len(conditions) + 1):
        raise ValueError(
            f"with {len(conditions)} condition(s), either {len(conditions)} or {len(conditions) + 1} functions are expected"
        )
    found = da.full_like(x, otherwise)
    for condition, value in zip(conditions, funclist):
        found = da.where(condition, np.asarray(value).astype(x.dtype), found)
    return found


def select(condlist, choicelist, default=0):
    return np.select(condlist, choicelist, default)


def choose(a, choices):
    return np.select([da.asarray(a) == place for place in range(len(choices))], list(choices))


def rot90(m, k=1, axes=(0, 1)):
    m, k = da.asarray(m), k % 4
    first, second = (_axis(axis, m.ndim) for axis in axes)
    if first == second:
        raise ValueError("Axes must be different.")
    if k == 2:
        return da.flip(da.flip(m, first), second)
    return m if k == 0 else da.swapaxes(da.flip(m, second if k == 1 else first), first, second)


def rollaxis(a, axis, start=0):
    a = da.asarray(a)
    axis, start = _axis(axis, a.ndim), start + a.ndim if start < 0 else start
    return da.moveaxis(a, axis, start - 1 if axis < start else start)


def ediff1d(ary, to_end=None, to_begin=None):
    parts = [to_begin, da.diff(da.ravel(da.asarray(ary))), to_end]
    return da.concatenate([da.ravel(da.asarray(part)) for part in parts if part is not None])


def atleast_1d(*arys):
    return _at_least(arys, lambda x: x[None] if x.ndim == 0 else x)


def atleast_2d(*arys):
    return _at_least(arys, lambda x: x[(None,) * max(2 - x.ndim, 0)])


def _at_least(arrays, widened):
    found = tuple(widened(da.asarray(array)) for array in arrays)
    return found[0] if len(found) == 1 else found


def broadcast_arrays(*args):
    shape = np.broadcast_shapes(*(np.shape(array) for array in args))
    return [da.broadcast_to(da.asarray(array), shape) for array in args]


def delete(arr, obj, axis):
    arr = da.asarray(arr)
    axis = _axis(axis, arr.ndim)
    kept = np.delete(np.arange(arr.shape[axis]), obj)
    return da.take(arr, kept, axis=axis)


def cov(m, y=None, rowvar=True, bias=False, ddof=None):
    m = da.asarray(m)
    m = m if rowvar or m.ndim < 2 else m.T
    m = atleast_2d(m)
    if y is not None:
        y = da.asarray(y)
        m = da.concatenate([m, atleast_2d(y if rowvar or y.ndim < 2 else y.T)], axis=0)
    ddof = (0 if bias else 1) if ddof is None else ddof
    apart = m - m.mean(axis=1, keepdims=True)
    return da.squeeze(da.dot(apart, apart.T) / (m.shape[1] - ddof))


def corrcoef(x, y=None, rowvar=1):
    found = cov(x, y, rowvar)
    if found.ndim == 0:
        return found / found
    spread = da.sqrt(da.diagonal(found))
    return found / spread[:, None] / spread[None, :]
