"""Indexes of tables: one label a row, or a label of each level."""

import numpy as np
import pandas as pd
from pandas import _Objects, _column, _element, _factorised, _is_gap, _is_one, _is_series, _joined, _missing, _ordered


class _Labels:
    """What all indexes share."""

    nlevels = 1

    @property
    def names(self):
        return [self.name]

    @names.setter
    def names(self, names):
        (self.name,) = names

    @property
    def empty(self):
        return len(self) == 0

    @property
    def is_unique(self):
        return len(set(self.tolist())) == len(self)

    @property
    def has_duplicates(self):
        return not self.is_unique

    @property
    def is_monotonic_increasing(self):
        items = self.tolist()
        return all(first <= second for first, second in zip(items, items[1:]))

    @property
    def is_monotonic_decreasing(self):
        items = self.tolist()
        return all(first >= second for first, second in zip(items, items[1:]))

    def to_list(self):
        return self.tolist()

    def copy(self, name=None, deep=False):
        made = self[:]
        if hasattr(self, "freq"):
            made.freq = self.freq
        return made if name is None else made.rename(name)

    __copy__ = copy

    def __deepcopy__(self, memo):
        return self.copy()

    def rename(self, name):
        return _index(_column(self), name)

    set_names = rename

    def get_level_values(self, level):
        if level not in (0, -1, self.name):
            raise KeyError(f"Requested level ({level}) does not match index name ({self.name})")
        return self

    def get_loc(self, key):
        places = _located(self, key)
        return int(places[0]) if len(places) == 1 else places

    def get_indexer(self, target):
        return np.array(_matched(self, _index(target)))

    def equals(self, other):
        return isinstance(other, _Labels) and _are_same(self, other)

    def union(self, other):
        both = _joined([_column(self), _column(_index(other))])
        return _index(_factorised(both)[1], self.name)

    def intersection(self, other):
        places = _matched(_index(other), self)
        return self[np.array([place >= 0 for place in places], dtype=bool)].unique()

    def difference(self, other):
        places = _matched(_index(other), self)
        return _index(_factorised(_column(self)[np.array([place < 0 for place in places], dtype=bool)])[1], self.name)

    def unique(self):
        return _index(_factorised(_column(self), sort=False)[1], self.name)

    def nunique(self):
        return len(set(self.tolist()))

    def duplicated(self, keep="first"):
        return pd.Series(_column(self)).duplicated(keep).values

    def drop_duplicates(self):
        return self.unique()

    def sort_values(self, ascending=True):
        return self[_ordered(_column(self), ascending)]

    def append(self, other):
        others = other if isinstance(other, list) else [other]
        return _index(_joined([_column(self), *(_column(_index(each)) for each in others)]), self.name)

    def map(self, mapper):
        return pd.Series(_column(self)).map(mapper)._as_index(self.name)

    def isna(self):
        return _missing(_column(self))

    isnull = isna

    def notna(self):
        return ~self.isna()

    def isin(self, values):
        wanted = set(values)
        return np.array([item in wanted for item in self.tolist()], dtype=bool)

    def to_series(self, index=None, name=None):
        return pd.Series(_column(self), index=self if index is None else index, name=name or self.name)

    def to_frame(self, index=True, name=None):
        label = 0 if name is None and self.name is None else name or self.name
        return pd.DataFrame({label: _column(self)}, index=self if index else None)

    def astype(self, dtype):
        return _index(_column(_column(self), dtype), self.name)

    def __contains__(self, key):
        try:
            return len(_located(self, key)) > 0
        except (KeyError, TypeError, ValueError):
            return False


class Index(_Labels, np.ndarray):
    """Labels that an array holds."""

    name = None

    def __new__(cls, data=None, dtype=None, copy=False, name=None):
        if cls is Index:
            return _index(data if dtype is None else _column(data, dtype), name)
        return cls._of(_column(data), name)

    @classmethod
    def _of(cls, values, name):
        index = pd._of_class(cls, values)
        index.name = name
        return index

    @property
    def values(self):
        return np.array(self)

    def to_numpy(self, dtype=None):
        return np.array(self, dtype=dtype)

    def tolist(self):
        return self.values.tolist()

    @property
    def str(self):
        series = pd.Series(self.values)
        return pd._Texts(series, self.name)

    def __iter__(self):
        return iter(self.tolist())

    def __getitem__(self, key):
        key = key.values if _is_series(key) else key
        found = self.values[key]
        return _element(found) if _is_one(found) else _index(found, self.name)

    def __repr__(self):
        items = [repr(item) for item in self.tolist()]
        return _listed_index("Index", items, self.dtype, self.name)

    __str__ = __repr__


class RangeIndex(Index):
    """Numbers in a row, as rows are numbered that nobody has labelled."""

    def __new__(cls, start=0, stop=None, step=1, name=None):
        start, stop = (0, start) if stop is None else (start, stop)
        index = pd._of_class(cls, np.arange(start, stop, step))
        index.name, index.start, index.stop, index.step = name, start, stop, step
        return index

    def __getitem__(self, key):
        if isinstance(key, slice):
            part = range(self.start, self.stop, self.step)[key]
            return RangeIndex(part.start, part.stop, part.step, name=self.name)
        return super().__getitem__(key)

    def __repr__(self):
        name = "" if self.name is None else f", name={self.name!r}"
        return f"RangeIndex(start={self.start}, stop={self.stop}, step={self.step}{name})"

    __str__ = __repr__


class _ObjectIndex(_Labels):
    """Labels of several kinds, or with gaps between text."""

    ndim = 1

    def __init__(self, objects, name=None):
        self._objects, self.name, self.dtype = objects, name, objects.dtype

    @property
    def size(self):
        return len(self._objects)

    @property
    def shape(self):
        return self._objects.shape

    @property
    def values(self):
        return self._objects

    def tolist(self):
        return self._objects.tolist()

    def __len__(self):
        return len(self._objects)

    def __iter__(self):
        return iter(self._objects)

    def __getitem__(self, key):
        found = self._objects[key]
        return _index(found, self.name) if hasattr(found, "ndim") and found.ndim == 1 else found

    def __eq__(self, other):
        return np.array([item == other for item in self], dtype=bool)

    def __repr__(self):
        return _listed_index("Index", [repr(item) for item in self], self.dtype, self.name)


def _index(data, name=None):
    """The index that labels make."""
    if data is None:
        data = []
    if isinstance(data, pd.MultiIndex):
        return data if name is None else data.rename(name)
    if isinstance(data, range):
        return RangeIndex(data.start, data.stop, data.step, name=name)
    if isinstance(data, _Labels):
        if name is None or name == data.name:
            return data
        if isinstance(data, RangeIndex):
            return RangeIndex(data.start, data.stop, data.step, name=name)
    given = getattr(data, "name", None) if isinstance(data, _Labels) or _is_series(data) else None
    name = given if name is None else name
    if isinstance(data, list) and data and all(isinstance(item, tuple) for item in data):
        return pd.MultiIndex.from_tuples(data, name)
    values = _column(data)
    values = values.copy() if values is data else values
    if isinstance(values, _Objects):
        return _ObjectIndex(values, name)
    if values.dtype.kind == "M":
        return pd.DatetimeIndex(values, name=name)
    return pd.TimedeltaIndex(values, name=name) if values.dtype.kind == "m" else Index._of(values, name)


def _in_a_row(values):
    """Whole numbers with equal steps as a range, which is what pandas makes a column that becomes an index."""
    if values.dtype.kind not in "iu" or len(values) < 2:
        return values
    step = int(values[1]) - int(values[0])
    is_row = step != 0 and bool((values[1:] - values[:-1] == step).all())
    return range(int(values[0]), int(values[-1]) + step, step) if is_row else values


def _are_same(left, right):
    if left is right:
        return True
    if len(left) != len(right) or left.nlevels != right.nlevels:
        return False
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        kinds = left.dtype.kind + right.dtype.kind
        comparable = kinds[0] == kinds[1] or not set(kinds) - set("iuf")
        return comparable and bool((left.values == right.values).all())
    return left.tolist() == right.tolist()


def _matched(index, wanted):
    """Positions of labels in an index, -1 of those that it hasn't."""
    numbers = _comparable(index, wanted)
    if numbers is not None and len(index):
        order = np.argsort(numbers[0], kind="stable")
        known = numbers[0][order]
        if (known[1:] == known[:-1]).any():
            raise ValueError("cannot reindex on an axis with duplicate labels")
        places = np.minimum(np.searchsorted(known, numbers[1]), len(known) - 1)
        return np.where(known[places] == numbers[1], order[places], -1)
    places = {}
    for place, label in enumerate(index.tolist()):
        if places.setdefault(label, place) != place:
            raise ValueError("cannot reindex on an axis with duplicate labels")
    return [places.get(label, -1) for label in wanted.tolist()]


def _comparable(index, wanted):
    """The labels of two indexes as numbers that can be put in order; None where they are none."""
    if not (isinstance(index, np.ndarray) and isinstance(wanted, np.ndarray)):
        return None
    values = [index.values, wanted.values]
    kinds = {each.dtype.kind for each in values}
    if kinds == {"M"}:
        units = [pd._unit(each.dtype) for each in values]
        unit = max(units, key=("s", "ms", "us", "ns").index)
        return [each.astype(f"datetime64[{unit}]").astype("int64") for each in values]
    if not kinds <= set("if") or any(each.dtype.kind == "f" and np.isnan(each).any() for each in values):
        return None
    return values


def _located(index, key):
    """Positions of the rows that have a label."""
    if isinstance(index, pd.MultiIndex):
        return pd._located_in_levels(index, key)
    if isinstance(key, (list, dict, set)) or isinstance(key, tuple) and not isinstance(index, _ObjectIndex):
        raise KeyError(key)
    if isinstance(index, _ObjectIndex):
        found = np.array(
            [p for p, item in enumerate(index) if item == key or _is_gap(key) and _is_gap(item)], dtype=int
        )
    elif index.dtype.kind == "M":
        return pd._located_moments(index, key)
    elif index.dtype.kind == "m":
        found = np.flatnonzero(index.values == np.timedelta64(pd.Timedelta(key)))
    elif (index.dtype.kind == "U") != isinstance(key, str):
        raise KeyError(key)
    else:
        found = np.flatnonzero(index.values == key)
    if not len(found):
        raise KeyError(key)
    return found


def _label_slice(index, key):
    """The slice of rows between two labels, both of them in it."""
    if key.step not in (None, 1):
        return slice(*_label_slice(index, slice(key.start, key.stop)).indices(len(index))[:2], key.step)
    if isinstance(index, pd.MultiIndex):
        raise NotImplementedError("slices of rows by labels of several levels aren't supported by swath: use .xs()")
    if not isinstance(index, _ObjectIndex) and index.dtype.kind == "M":
        return pd._moment_slice(index, key)
    if not isinstance(index, _ObjectIndex) and len(index):
        for end in (key.start, key.stop):
            if end is not None and (index.dtype.kind == "U") != isinstance(end, str):
                raise TypeError(
                    f"cannot do slice indexing on Index with these indexers [{end}] of type {type(end).__name__}"
                )
        values = index.values
        step = values[1:] >= values[:-1]
        if step.all():
            first = 0 if key.start is None else int(np.searchsorted(values, key.start, side="left"))
            last = len(values) if key.stop is None else int(np.searchsorted(values, key.stop, side="right"))
            return slice(first, last)
        if index.dtype.kind in "iuf" and (~step | (values[1:] == values[:-1])).all():
            first = 0 if key.start is None else int((values > key.start).sum())
            last = len(values) if key.stop is None else int((values >= key.stop).sum())
            return slice(first, last)
    first = 0 if key.start is None else int(_located(index, key.start)[0])
    last = len(index) if key.stop is None else int(_located(index, key.stop)[-1]) + 1
    return slice(first, last)


def _listed_index(kind, items, dtype, name):
    ends = [f"dtype='{dtype}'"] + ([f"name={name!r}"] if name is not None else [])
    if len(items) > 100:
        ends.append(f"length={len(items)}")
        items = items[:10] + ["..."] + items[-10:]
    return pd._listed(f"{kind}([", items, ends)
