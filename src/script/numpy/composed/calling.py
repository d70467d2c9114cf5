"""Functions of numpy that call functions, and those of dtypes, made of others."""

import functools
import math

import dask.array as da
import numpy as np


def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    _refuse_lazy("apply_along_axis", "line", [arr])
    arr = np.moveaxis(np.asarray(arr), axis, -1)
    results = [np.asarray(func1d(arr[index], *args, **kwargs)) for index in np.ndindex(*arr.shape[:-1])]
    if not results:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    inner = results[0].ndim
    whole = np.stack(results).reshape(arr.shape[:-1] + results[0].shape)
    place = axis if axis >= 0 else axis + arr.ndim
    for _ in range(inner):
        whole = np.moveaxis(whole, whole.ndim - inner, place)
        place += 1
        inner -= 1
    return whole


def apply_over_axes(func, a, axes):
    a = np.asarray(a)
    for axis in [axes] if np.ndim(axes) == 0 else axes:
        reduced = func(a, axis)
        a = reduced if np.ndim(reduced) == a.ndim else np.expand_dims(reduced, axis)
    return a


def _refuse_lazy(name, part, arrays):
    if any(isinstance(array, da.Array) for array in arrays) and np._is_tracing():
        raise NotImplementedError(
            f"np.{name} in a function applied block by block isn't supported by swath, which calls such a function once, for"
            f" all blocks: write what it does to each {part} for whole arrays"
        )


class vectorize:
    """A function of scalars as one of arrays, called once for each element."""

    def __init__(self, pyfunc=None, otypes=None, doc=None, excluded=None, cache=False, signature=None):
        if signature is not None:
            raise NotImplementedError("vectorize(signature=) isn't supported by swath: use apply_along_axis")
        self.pyfunc, self.otypes, self.excluded = pyfunc, otypes, set(excluded or ())
        self.__doc__ = doc or getattr(pyfunc, "__doc__", None)
        self.__name__ = getattr(pyfunc, "__name__", "vectorize")

    def __call__(self, *args, **kwargs):
        if self.pyfunc is None:
            return vectorize(args[0], self.otypes, excluded=self.excluded)
        _refuse_lazy("vectorize", "element", [*args, *kwargs.values()])
        varying = [place for place in range(len(args)) if place not in self.excluded]
        names = [name for name in kwargs if name not in self.excluded]
        arrays = np.broadcast_arrays(*(args[place] for place in varying), *(kwargs[name] for name in names))
        shape = arrays[0].shape if arrays else ()
        if math.prod(shape) == 0 and self.otypes is None:
            raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
        results = []
        for row in zip(*(np.ravel(array).tolist() for array in arrays)):
            passed, named = list(args), dict(kwargs)
            for place, value in zip(varying, row):
                passed[place] = value
            named.update(zip(names, row[len(varying) :]))
            results.append(self.pyfunc(*passed, **named))
        several = isinstance(results[0], tuple) if results else len(self.otypes) > 1
        columns = list(zip(*results)) if several else [results]
        types = list(self.otypes) if self.otypes is not None else [None] * len(columns)
        # The first result has the say.
        types = [
            np.asarray(column[0]).dtype if wanted is None else _dtype(wanted) for wanted, column in zip(types, columns)
        ]
        whole = tuple(np.array(list(column), dtype=dtype).reshape(shape) for column, dtype in zip(columns, types))
        return whole if several else whole[0]


def frompyfunc(func, nin, nout, *, identity=None):
    return vectorize(func)


def can_cast(from_, to, casting="safe"):
    if casting not in ("no", "equiv", "safe", "same_kind", "unsafe"):
        raise ValueError(f"casting must be one of 'no', 'equiv', 'safe', 'same_kind', or 'unsafe' (got '{casting}')")
    if casting == "unsafe":
        return True
    from_, to = np.dtype(from_), np.dtype(to)
    if casting in ("no", "equiv"):
        return from_ == to
    kinds = "biuf"
    if casting == "same_kind" and from_.kind in kinds and to.kind in kinds:
        order = {"b": 0, "u": 1, "i": 2, "f": 3}
        return order[from_.kind] <= order[to.kind]
    return promote_types(from_, to) == to


def promote_types(type1, type2):
    if np.dtype(type1) == np.dtype(type2):
        return np.dtype(type1)
    return (np.zeros(1, dtype=type1) + np.zeros(1, dtype=type2)).dtype


def result_type(*arrays_and_dtypes):
    def operand(given):
        if isinstance(given, (bool, int, float)):
            return given
        return np.zeros(1, dtype=getattr(given, "dtype", given))

    return np.asarray(functools.reduce(lambda a, b: a + b, map(operand, arrays_and_dtypes))).dtype


def iscomplexobj(x):
    return False


def isrealobj(x):
    return True


def iterable(y):
    try:
        iter(y)
    except TypeError:
        return False
    return True


def array_equiv(a1, a2):
    try:
        return bool(np.all(np.equal(*np.broadcast_arrays(a1, a2))))
    except ValueError:
        return False


def _dtype(wanted):
    names = {"d": float, "f": "float32", "i": "int32", "l": int, "q": int, "h": "int16", "b": "int8", "?": bool}
    return names.get(wanted, wanted) if isinstance(wanted, str) else wanted
