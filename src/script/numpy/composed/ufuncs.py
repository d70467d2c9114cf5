"""Methods of numpy's functions of two arrays, and where their results go."""

import functools

import dask.array as da
import numpy as np

# Functions that have a name of their own where they combine the elements of one array.
_REDUCTIONS = {
    "add": np.sum,
    "multiply": np.prod,
    "maximum": np.max,
    "minimum": np.min,
    "logical_and": np.all,
    "logical_or": np.any,
}
# Functions whose result depends on the order of the elements.
_OF_ORDER = {"subtract", "divide", "floor_divide", "remainder", "fmod", "power", "arctan2"}
_RUNNING = {"add": np.cumsum, "multiply": np.cumprod}


def placed(found, out, where):
    (out,) = out if isinstance(out, tuple) else (out,)
    if out is not None and not isinstance(out, (np.ndarray, da.Array)):
        raise NotImplementedError("out= of a function of elements takes an array of numpy or dask in swath")
    if where is not None:
        if np.asarray(where).dtype.kind != "b":
            raise TypeError("Cannot cast array data of where= to dtype('bool') according to the rule 'safe'")
        found = found if out is None else np.where(where, found, out)
    if out is None:
        return found
    if not np.can_cast(found.dtype, out.dtype, "same_kind"):
        raise TypeError(f"Cannot cast ufunc output from {found.dtype!r} to {out.dtype!r} with casting rule 'same_kind'")
    if np.shape(found) != out.shape:
        found = np.broadcast_to(found, out.shape)
    out[...] = found
    return out


def reduce(ufunc, array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True):
    if out is not None or where is not True:
        raise NotImplementedError(f"{ufunc.__name__}.reduce(out=, where=) isn't supported by swath")
    array = np.asarray(array)
    array = array if dtype is None else array.astype(dtype)
    axes = tuple(range(array.ndim)) if axis is None else np.ravel(axis).tolist()
    axes = tuple(axis + array.ndim if axis < 0 else axis for axis in axes)
    if len(axes) > 1 and ufunc.__name__ in _OF_ORDER:
        raise ValueError(
            f"reduction operation '{ufunc.__name__}' is not reorderable, so at most one axis may be specified"
        )
    if ufunc.__name__ in _REDUCTIONS:
        options = {"dtype": dtype} if dtype is not None and ufunc.__name__ in _RUNNING else {}
        found = _REDUCTIONS[ufunc.__name__](array, axis=axes, **options)
    else:
        # Lines of the axes that go, one after another.
        moved = np.moveaxis(array, axes, range(len(axes)))
        moved = moved.reshape((-1, *moved.shape[len(axes) :]))
        moved = moved.astype(bool) if ufunc.__name__.startswith("logical") else moved
        if ufunc.__name__.endswith("divide") and ufunc.__name__ != "floor_divide":
            moved = moved.astype(np.result_type(moved.dtype, "float32" if moved.dtype == "float32" else "float64"))
        if not len(moved):
            raise ValueError(f"zero-size array to reduction operation {ufunc.__name__} which has no identity")
        found = functools.reduce(ufunc, [moved[place] for place in range(len(moved))])
    found = found if initial is None else ufunc(initial, found)
    return np.expand_dims(found, axes) if keepdims else found


def accumulate(ufunc, array, axis=0, dtype=None, out=None):
    if out is not None:
        raise NotImplementedError(f"{ufunc.__name__}.accumulate(out=) isn't supported by swath")
    array = np.asarray(array)
    array = array if dtype is None else array.astype(dtype)
    if axis is None:
        raise ValueError("accumulate takes one axis")
    if ufunc.__name__ in _RUNNING:
        found = _RUNNING[ufunc.__name__](array, axis=axis)
        return found if dtype is None else found.astype(dtype)
    array = array.astype(bool) if ufunc.__name__.startswith("logical") else array
    if not array.shape[axis]:
        return array
    moved = np.moveaxis(array, axis, 0)
    rows = [moved[0]]
    for place in range(1, len(moved)):
        rows.append(ufunc(rows[-1], moved[place]))
    return np.moveaxis(np.stack(rows), 0, axis)


def outer(ufunc, A, B):
    A, B = np.asarray(A), np.asarray(B)
    return ufunc(A[(...,) + (None,) * B.ndim], B)


def at(ufunc, a, indices, b):
    if isinstance(indices, slice):
        indices = np.arange(len(a))[indices]
    if not isinstance(indices, tuple) and np.asarray(indices).dtype.kind == "b" and np.ndim(indices) > 1:
        indices = np.nonzero(indices)
    if isinstance(indices, tuple):
        if any(isinstance(part, slice) for part in indices):
            raise NotImplementedError(
                f"{ufunc.__name__}.at takes positions, and no slices along several axes, in swath"
            )
        places = list(zip(*(np.ravel(part).tolist() for part in np.broadcast_arrays(*indices))))
        shape = np.broadcast_shapes(*(np.shape(part) for part in indices))
    else:
        indices = np.asarray(indices)
        indices = np.flatnonzero(indices) if indices.dtype.kind == "b" else indices
        places, shape = np.ravel(indices).tolist(), indices.shape
    rest = a[places[0]].shape if places else ()
    values = np.broadcast_to(b, shape + rest).reshape((-1, *rest))
    for place, value in zip(places, values):
        a[place] = ufunc(a[place], value)
