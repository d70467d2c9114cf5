"""Tables: columns with names beside an index."""

import numpy as np
import pandas as pd
from pandas import _Rows, _are_same, _column, _index, _is_one, _joined, _located


class _Table(_Rows):
    """A table in the memory of rank 0: its columns, read and assigned to."""

    ndim = 2

    def __init__(self, data=None, index=None, columns=None, dtype=None, copy=None):
        made = pd._table(data, None if index is None else _index(index), columns, dtype)
        self._set(made._columns, made._names, made._labels)

    @classmethod
    def _of(cls, columns, names, labels):
        made = cls.__new__(cls)
        made._set(list(columns), names, labels)
        return made

    def _set(self, columns, names, labels):
        for name, value in (("_columns", columns), ("_names", names), ("_labels", labels)):
            object.__setattr__(self, name, value)

    def _with(self, columns, labels=None):
        return pd.DataFrame._of(columns, self._names, self._labels if labels is None else labels)

    def _some(self, places):
        """The columns at positions."""
        names = self._names[np.asarray(places, dtype=int)]
        return pd.DataFrame._of([self._columns[place] for place in places], names, self._labels)

    def _series(self, place):
        return pd.Series._of(self._columns[place], self._labels, self._names[place])

    def _row(self, place):
        values = [column[place] for column in self._columns]
        kinds = {column.dtype.kind for column in self._columns}
        if len(kinds) == 1 or kinds <= set("iuf"):
            values = _joined([column[place : place + 1] for column in self._columns])
        else:
            values = pd._Objects([pd._element(value) for value in values])
        return pd.Series._of(values, self._names, self._labels[place])

    def _place(self, name):
        places = _located(self._names, name)
        if len(places) > 1:
            raise NotImplementedError(f"several columns are named {name!r}, which swath doesn't support: rename them")
        return int(places[0])

    def _replace(self, place, values):
        self._columns[place] = values

    def _masks(self, mask):
        """The mask of each column that a condition means."""
        if isinstance(mask, pd.DataFrame):
            places = pd._matched(mask._names, self._names)
            absent = pd.Series._of(np.zeros(len(self), dtype=bool), self._labels)
            found = [absent if place < 0 else mask._series(int(place)) for place in places]
            return [pd._aligned_mask(series, self._labels) for series in found]
        if isinstance(mask, pd.Series):
            return [pd._aligned_mask(mask, self._labels)] * len(self._columns)
        mask = np.asarray(mask)
        if mask.shape != self.shape:
            raise ValueError("Array conditional must be same shape as self")
        return list(mask.T)

    def _others(self, other, axis):
        """What each column is given of a table, a series or an array, by labels where there are some."""
        if isinstance(other, pd.DataFrame):
            return other.reindex(index=self._labels, columns=self._names.tolist())._columns
        if isinstance(other, pd.Series):
            if axis is None:
                raise ValueError("Must specify axis=0 or 1")
            by_row = axis in (0, "index")
            other = other._reindexed(self._labels if by_row else self._names)
            return [other._values] * len(self._columns) if by_row else other.tolist()
        if _is_one(other):
            return [other] * len(self._columns)
        other = np.asarray(other)
        if other.shape != self.shape:
            raise ValueError("other must be the same shape as self when an ndarray")
        return list(other.T)

    @property
    def columns(self):
        return self._names

    @columns.setter
    def columns(self, names):
        names = _index(names)
        if len(names) != len(self._columns):
            raise ValueError(
                f"Length mismatch: Expected axis has {len(self._columns)} elements, new values have {len(names)} elements"
            )
        object.__setattr__(self, "_names", names)

    @property
    def axes(self):
        return [self._labels, self._names]

    @property
    def shape(self):
        return (len(self), len(self._columns))

    @property
    def size(self):
        return len(self) * len(self._columns)

    @property
    def dtypes(self):
        return pd.Series._of(pd._Objects([column.dtype for column in self._columns]), self._names)

    @property
    def values(self):
        return self.to_numpy()

    def to_numpy(self, dtype=None, copy=False, na_value=None):
        table = self if na_value is None else self.fillna(na_value)
        kinds = {column.dtype.kind for column in table._columns}
        if dtype is None and ("O" in kinds or len(kinds) > 1 and not kinds <= set("iuf")):
            raise NotImplementedError(
                "a table with columns of several kinds is no array in swath: take columns, as in df[['a', 'b']].values"
            )
        if not table._columns:
            return np.zeros((len(self), 0))
        return np.stack(
            [np.asarray(column.tolist() if dtype else column, dtype=dtype) for column in table._columns], axis=1
        )

    @property
    def T(self):
        rows = [self._row(place)._values for place in range(len(self))]
        return pd.DataFrame._of(rows, self._labels, self._names)

    def transpose(self):
        return self.T

    def __iter__(self):
        return iter(self._names)

    def keys(self):
        return self._names

    def items(self):
        return ((name, self._series(place)) for place, name in enumerate(self._names.tolist()))

    def iterrows(self):
        return ((label, self._plain_row(place)) for place, label in enumerate(self._labels.tolist()))

    def _plain_row(self, place):
        """A row whose values are Python's own where they are of several kinds."""
        row = self._row(place)
        is_mixed = isinstance(row._values, pd._Objects)
        return row._with([pd._Objects([getattr(v, "item", lambda v=v: v)() for v in row._values])]) if is_mixed else row

    def nunique(self):
        return pd.Series._of(_column([series.nunique() for _, series in self.items()]), self._names)

    def itertuples(self, index=True, name="Pandas"):
        return pd._tuples(self, index, name)

    def __contains__(self, name):
        return name in self._names

    def __getitem__(self, key):
        key = key(self) if callable(key) else key
        if isinstance(key, pd.DataFrame):
            return self.where(key)
        if isinstance(key, slice):
            is_number = all(end is None or isinstance(end, int) for end in (key.start, key.stop))
            return self.iloc[key] if is_number else self.loc[key]
        if pd._is_mask(key):
            return self._rows(self._mask(key))
        if isinstance(key, (list, np.ndarray, pd.Series, pd._Labels)):
            return self._some(pd._all_located(self._names, list(key)))
        return self._series(self._place(key))

    def __setitem__(self, key, value):
        if pd._is_mask(key):
            places = np.flatnonzero(self._mask(key))
            aligned = isinstance(value, (pd.DataFrame, pd.Series))
            pd._assign(self, places, None, value.reindex(self._labels[places]) if aligned else value, aligned)
            return
        if isinstance(key, list):
            given = value if isinstance(value, pd.DataFrame) else self._columns_given(value, len(key))
            given = [series for _, series in given.items()] if isinstance(value, pd.DataFrame) else given
            if len(given) != len(key):
                raise ValueError("Columns must be same length as key")
            for name, one in zip(key, given):
                self[name] = one
            return
        if isinstance(key, pd.DataFrame):
            changed = self.mask(key, value)
            self._columns[:] = changed._columns
            return
        values = self._given(value)
        if key in self._names:
            self._columns[self._place(key)] = values
        else:
            labels = [*self._names.tolist(), key]
            self._set([*self._columns, values], _index(labels, self._names.name), self._labels)

    def _columns_given(self, value, count):
        """What several columns are given, of one value or a list along them."""
        if _is_one(value):
            return [value] * count
        if isinstance(value, (pd.Series, dict)):
            raise NotImplementedError("a Series isn't assigned to several columns by swath: assign it to each of them")
        if np.ndim(value) != 2 and len(value) != count:
            raise ValueError("Columns must be same length as key")
        return pd._one_a_column(value, count)

    def _given(self, value):
        """A column of what is assigned to one: a series by its labels, one value for all rows."""
        if isinstance(value, pd.Series):
            if not len(self._columns) and not len(self):
                object.__setattr__(self, "_labels", value._labels)
            return value._values if _are_same(value._labels, self._labels) else value._reindexed(self._labels)._values
        if _is_one(value):
            return _column([value] * len(self))
        values = _column(value)
        if not len(self._columns) and not len(self):
            object.__setattr__(self, "_labels", _index(range(len(values))))
        if len(values) != len(self):
            raise ValueError(f"Length of values ({len(values)}) does not match length of index ({len(self)})")
        return values.copy() if isinstance(value, np.ndarray) else values

    def __delitem__(self, name):
        place = self._place(name)
        rest = self._some([other for other in range(len(self._columns)) if other != place])
        self._set(rest._columns, rest._names, rest._labels)

    def pop(self, item):
        series = self[item]
        del self[item]
        return series

    def insert(self, loc, column, value):
        if column in self._names:
            raise ValueError(f"cannot insert {column}, already exists")
        self[column] = value
        order = list(range(len(self._columns) - 1))
        order.insert(loc, len(self._columns) - 1)
        moved = self._some(order)
        self._set(moved._columns, moved._names, moved._labels)

    def get(self, key, default=None):
        return self[key] if key in self._names else default

    def __getattr__(self, name):
        if not name.startswith("_") and name in self._names:
            return self[name]
        raise pd._no_member("DataFrame", name)

    def __setattr__(self, name, value):
        if not name.startswith("_") and not hasattr(type(self), name) and name in self._names:
            self[name] = value
        else:
            object.__setattr__(self, name, value)

    def assign(self, **kwargs):
        made = self._with(list(self._columns))
        for name, value in kwargs.items():
            made[name] = value(made) if callable(value) else value
        return made
