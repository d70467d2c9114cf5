"""Columns of tables: arrays, and lists of what no array holds."""

import datetime

import numpy as np
import pandas as pd
import xarray as xr


class _ObjectType:
    """The dtype of a column of objects."""

    kind, itemsize = "O", 8

    def __init__(self, name):
        self.name = self.str = name

    def __eq__(self, other):
        return other in (self.name, "O", "object", object) or getattr(other, "name", None) == self.name

    def __hash__(self):
        return hash(self.name)

    def __str__(self):
        return self.name

    def __repr__(self):
        return f"dtype('{'O' if self.name == 'object' else self.name}')"


class _Objects:
    """A column of text with gaps, or of values of several kinds."""

    ndim = 1

    def __init__(self, items):
        self.items = list(items)
        is_text = any(isinstance(item, str) for item in self.items) and all(
            isinstance(item, str) or _is_gap(item) for item in self.items
        )
        if is_text:
            self.items = [item if isinstance(item, str) else np.nan for item in self.items]
        self.dtype = _ObjectType("str" if is_text else "object")

    @property
    def shape(self):
        return (len(self.items),)

    @property
    def size(self):
        return len(self.items)

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items)

    def __getitem__(self, key):
        if isinstance(key, slice):
            return _column(self.items[key], keep=self)
        if _is_one(key):
            return self.items[key]
        return _column([self.items[place] for place in _places(key, len(self))], keep=self)

    def tolist(self):
        return list(self.items)

    def copy(self):
        return self[:]

    def __repr__(self):
        return f"array({self.items!r}, dtype=object)"


def _is_one(value):
    """Whether a value stands for itself and isn't made of others."""
    return isinstance(value, (str, bytes)) or not hasattr(value, "__iter__") or getattr(value, "ndim", 1) == 0


def _is_series(data):
    # Told without the class, which is made when a script first uses tables.
    return hasattr(data, "_as_index")


def _unit(dtype):
    """The unit of a dtype of moments or spans."""
    return dtype.name.split("[")[1].rstrip("]")


def _is_gap(item):
    return item is None or (isinstance(item, float) and item != item) or _is_no_time(item)


def _is_no_time(item):
    return isinstance(item, (np.datetime64, np.timedelta64)) and bool(np.isnat(item))


def _places(key, length):
    """Positions that a mask or positions mean."""
    key = np.asarray(key if not isinstance(key, list) or key else np.zeros(0, dtype=int))
    if key.dtype == bool:
        if len(key) != length:
            raise IndexError(f"Boolean index has wrong length: {len(key)} instead of {length}")
        key = np.flatnonzero(key)
    return key.tolist()


def _column(data, dtype=None, keep=None):
    """A column of values, as pandas takes them from arrays, lists and what else has some."""
    if _is_series(data):
        data = data._values
    elif isinstance(data, pd.MultiIndex):
        data = _Objects(data.tolist())
    elif hasattr(data, "_objects"):
        data = data._objects
    elif isinstance(data, np.ndarray):
        data = data.values if isinstance(data, pd.Index) else data
    elif isinstance(data, xr.DataArray):
        data = data.values
    elif isinstance(data, xr.Dataset):
        raise TypeError("a Dataset is no column: take one of its variables, or ds.to_dataframe()")
    elif _is_one(data):
        raise TypeError(f"a column is made of a list or an array, found {type(data).__name__}")
    elif not isinstance(data, _Objects):
        items = list(data)
        # Of a column of objects a part stays one, but text without gaps is text.
        data = _Objects(items) if keep is not None and keep.dtype.name == "object" else _inferred(items)
    if data.ndim != 1:
        raise ValueError(f"Data must be 1-dimensional, got ndarray of shape {tuple(data.shape)} instead")
    if data.dtype.kind in "mM" and _unit(data.dtype) in ("Y", "M", "W", "D", "h", "m"):
        data = data.astype(f"{data.dtype.kind}8[s]")
    return data if dtype is None else _cast(data, dtype)


def _inferred(items):
    """The array that a list of Python's values becomes."""
    if set(map(type, items)) in ({str}, {int}, {bool}):
        return np.array(items)
    present = list({type(item): item for item in items if not _is_gap(item)}.values())
    has_gaps = any(map(_is_gap, items))

    def are(*classes):
        return bool(present) and all(isinstance(item, classes) for item in present)

    if not items:
        return _Objects([])
    if not present:
        is_time = any(_is_no_time(item) for item in items)
        if not is_time and all(item is None for item in items):
            return _Objects(items)
        return np.array([np.datetime64("NaT", "s")] * len(items)) if is_time else np.full(len(items), np.nan)
    if are(str):
        return _Objects(items) if has_gaps else np.array([str(item) for item in items])
    if are(bool, np.bool_):
        return _Objects(items) if has_gaps else np.array([bool(item) for item in items])
    if not any(isinstance(item, (bool, np.bool_)) for item in present) and are(int, float, np.number):
        if has_gaps and any(map(_is_no_time, items)):
            return _Objects(items)
        return np.array([np.nan if item is None else item for item in items]) if has_gaps else np.array(items)
    if are(np.datetime64) and not any(isinstance(item, datetime.datetime) for item in present):
        return np.array([np.datetime64("NaT") if _is_gap(item) else item for item in items])
    if are(datetime.datetime, np.datetime64):
        return np.asarray(pd._moments([np.datetime64("NaT") if _is_gap(item) else item for item in items]))
    if are(datetime.timedelta, np.timedelta64):
        return np.asarray(pd._to_timedelta([np.timedelta64("NaT") if _is_gap(item) else item for item in items]))
    return _Objects(items)


def _cast(values, dtype):
    name = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", None) or str(dtype)
    if name in ("category", "string") or (name[:1] in "IUFB" and name[1:2].islower()):
        raise NotImplementedError(f"the dtype {name!r} isn't supported by swath: use numpy's dtypes and 'str'")
    if name in ("object", "O"):
        made = _Objects(_items(values))
        made.dtype = _ObjectType("object")
        return made
    if name in ("str", "str_"):
        gaps = _missing(values).tolist()
        texts = [str(item) for item in _items(values)] if values.dtype.kind != "f" else pd._texts(values)
        return _inferred([np.nan if gap else text for gap, text in zip(gaps, texts)]) if texts else values
    dtype = np.dtype(dtype)
    if values.dtype.kind in "OU":
        if dtype.kind in "mM":
            return pd.to_datetime(list(values)).values.astype(dtype) if dtype.kind == "M" else np.array(values)
        convert = {"f": float, "i": int, "u": int, "b": bool}[dtype.kind]
        if dtype.kind in "iu" and _missing(values).any():
            raise ValueError("cannot convert float NaN to integer")
        return np.array([np.nan if _is_gap(item) else convert(item) for item in values.tolist()], dtype=dtype)
    if dtype.kind in "iu" and values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ValueError("Cannot convert non-finite values (NA or inf) to integer")
    return values.astype(dtype)


def _missing(values):
    """Which values of a column are missing."""
    if isinstance(values, _Objects):
        return np.array([_is_gap(item) for item in values.items], dtype=bool)
    if values.dtype.kind == "f":
        return np.isnan(values)
    return np.isnat(values) if values.dtype.kind in "mM" else np.zeros(len(values), dtype=bool)


def _items(values):
    """The values of a column as Python's objects, moments as pandas has them."""
    if isinstance(values, _Objects) or values.dtype.kind not in "mM":
        return values.tolist()
    return [_element(value) for value in values]


def _element(value):
    """One value as pandas gives it: a number of numpy's, a moment or a span of pandas'."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (np.datetime64, np.timedelta64)) and not np.isnat(value):
        if _unit(value.dtype) == "ns" and int(value.astype("int64")) % 1000:
            return value
        return pd.Timestamp(value) if isinstance(value, np.datetime64) else pd.to_timedelta(value)
    return value


def _taken(values, places):
    """Values at positions, missing where a position is -1."""
    places = np.asarray(places)
    if not len(places):
        return values[:0]
    if (places >= 0).all():
        return values[places]
    gaps = places < 0
    if not len(values):
        return np.full(len(places), np.nan)
    if isinstance(values, _Objects) or values.dtype.kind in "Ub":
        items = values.tolist()
        made = [np.nan if place < 0 else items[place] for place in places.tolist()]
        return _inferred(made) if values.dtype.kind == "U" else _Objects(made)
    taken = values[np.where(gaps, 0, places)]
    if values.dtype.kind in "mM":
        return np.where(gaps, _no_time(values.dtype), taken)
    return np.where(gaps, np.nan, taken.astype(float) if values.dtype.kind in "iu" else taken)


def _no_time(dtype):
    unit = _unit(dtype)
    return np.datetime64("NaT", unit) if dtype.kind == "M" else np.timedelta64("NaT", unit)


def _factorised(values, sort=True):
    """Codes of values, -1 for missing ones, and the values that occur, in order or as they come."""
    if isinstance(values, _Objects):
        seen = dict.fromkeys(item for item in values.items if not _is_gap(item))
        if sort:
            try:
                seen = dict.fromkeys(sorted(seen))
            except TypeError:
                pass
        numbers = {item: number for number, item in enumerate(seen)}
        codes = np.array([-1 if _is_gap(item) else numbers[item] for item in values.items], dtype=int)
        return codes, _column(list(seen), keep=values)
    gaps = _missing(values)
    kept = values[~gaps] if gaps.any() else values
    unique, first, inverse = np.unique(kept, return_index=True, return_inverse=True)
    if not sort:
        order = np.argsort(first)
        rank = np.zeros(len(order), dtype=int)
        rank[order] = np.arange(len(order))
        unique, inverse = unique[order], rank[inverse] if len(inverse) else inverse
    if not gaps.any():
        return inverse, unique
    codes = np.full(len(values), -1)
    codes[~gaps] = inverse
    return codes, unique


def _joined(columns):
    """Columns one behind another."""
    kinds = {column.dtype.kind for column in columns}
    if "O" in kinds or len(kinds) > 1 and kinds - set("iuf"):
        items = [item for column in columns for item in _items(column)]
        return _inferred(items) if kinds <= {"U", "O"} else _Objects(items)
    return np.concatenate(columns)


def _ordered(values, ascending=True, na_position="last"):
    """Positions that put values in order, equal ones as they are, missing ones last."""
    gaps = _missing(values)
    present, absent = np.flatnonzero(~gaps), np.flatnonzero(gaps)
    codes, _ = _factorised(values)
    keys = codes[present]
    order = present[np.argsort(keys if ascending else -keys, kind="stable")] if len(present) else present
    parts = [order, absent] if na_position == "last" else [absent, order]
    return np.concatenate(parts).astype(int)
