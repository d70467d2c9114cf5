"""`loc` and `iloc`: rows and columns by labels and by positions, read and assigned to."""

import numpy as np
import pandas as pd
from pandas import _Labels, _Objects, _column, _is_one, _label_slice, _located


class _ByPosition:
    """Rows and columns by their positions."""

    def __init__(self, rows):
        self.rows = rows

    def __getitem__(self, key):
        rows, columns = _split(self.rows, key)
        columns = columns if columns is None else self._columns(columns)
        return _part(self.rows, self._rows(rows), columns)

    def __setitem__(self, key, value):
        rows, columns = _split(self.rows, key)
        _assign(self.rows, self._rows(rows), columns if columns is None else self._columns(columns), value)

    def _rows(self, key):
        return _positions(key, len(self.rows), "index")

    def _columns(self, key):
        return _positions(key, len(self.rows._columns), "columns")


class _ByLabel:
    """Rows and columns by their labels."""

    def __init__(self, rows):
        self.rows = rows

    def __getitem__(self, key):
        rows, columns = self._split(key)
        columns = columns if columns is None else self._columns(columns)
        if callable(rows):
            rows = rows(self.rows)
        found = _part(self.rows, self._rows(rows), columns)
        index = self.rows.index
        if isinstance(index, pd.MultiIndex) and not isinstance(rows, (slice, list, np.ndarray, pd.Series)):
            return _without_levels(found, index, rows)
        return found

    def __setitem__(self, key, value):
        rows, columns = self._split(key)
        if isinstance(rows, (str, int, float, np.generic)) and not isinstance(self.rows.index, pd.MultiIndex):
            if rows not in self.rows.index:
                if isinstance(self.rows, pd.Series):
                    return self.rows._append(rows, value)
                raise NotImplementedError("loc adds no rows in swath: put tables together by pd.concat([a, b])")
        if columns is not None and isinstance(self.rows, pd.DataFrame) and not isinstance(columns, (slice, list)):
            if columns not in self.rows.columns:
                self.rows[columns] = np.nan if not isinstance(value, str) else [None] * len(self.rows)
        _assign(self.rows, self._rows(rows), columns if columns is None else self._columns(columns), value)

    def _split(self, key):
        levels = self.rows.index.nlevels
        if isinstance(self.rows, pd.Series) or not isinstance(key, tuple) or len(key) != 2:
            return key, None
        first, second = key
        is_labels = levels > 1 and not isinstance(first, (tuple, slice, list)) and _is_one(first)
        if is_labels and not isinstance(second, (slice, list)) and second not in self.rows.columns:
            return key, None
        return first, second

    def _rows(self, key):
        index = self.rows.index
        if isinstance(key, slice):
            return _label_slice(index, key)
        if _is_mask(key):
            return np.flatnonzero(self.rows._mask(key))
        if isinstance(key, (list, np.ndarray, pd.Series, _Labels, range)) and not isinstance(key, np.generic):
            labels = key.tolist() if hasattr(key, "tolist") else list(key)
            return _all_located(index, labels)
        found = _located(index, key)
        many = isinstance(index, pd.MultiIndex) and not _is_full(index, key) or pd._is_part(index, key)
        return found if many or len(found) > 1 else int(found[0])

    def _columns(self, key):
        names = self.rows.columns
        if isinstance(key, slice):
            return np.arange(len(names))[_label_slice(names, key)]
        if _is_mask(key):
            return np.flatnonzero(np.asarray(key))
        if isinstance(key, (list, np.ndarray, _Labels)) and not isinstance(key, np.generic):
            return _all_located(names, list(key))
        return int(_located(names, key)[0])


def _is_mask(key):
    if isinstance(key, list):
        return bool(key) and all(isinstance(item, (bool, np.bool_)) for item in key)
    return hasattr(key, "dtype") and np.ndim(key) == 1 and getattr(key.dtype, "kind", "") == "b"


def _is_full(index, key):
    return isinstance(key, tuple) and len(key) == index.nlevels and not any(isinstance(k, (slice, list)) for k in key)


def _all_located(index, labels):
    if len(labels) > 20 and index.is_unique and not isinstance(index, pd.MultiIndex):
        places = {label: place for place, label in enumerate(index.tolist())}
        missing = [label for label in labels if label not in places]
        if not missing:
            return np.array([places[label] for label in labels])
    found, missing = [], []
    for label in labels:
        try:
            found.extend(np.asarray(_located(index, label)).tolist())
        except KeyError:
            missing.append(label)
    if missing:
        raise KeyError(f"{missing} not in index")
    return np.array(found, dtype=int)


def _without_levels(found, index, key):
    """A part without the levels that its labels say, all of them one label."""
    if not isinstance(found, (pd.Series, pd.DataFrame)) or not isinstance(found.index, pd.MultiIndex):
        return found
    key = key if isinstance(key, tuple) else (key,)
    single = [place for place, label in enumerate(key) if not isinstance(label, (slice, list))]
    labels = found.index
    for place in reversed(single):
        if labels.nlevels > 1:
            labels = labels.droplevel(place)
    return found._with(found._columns, labels)


def _split(rows, key):
    if isinstance(key, tuple):
        if isinstance(rows, pd.Series) or len(key) > 2:
            raise IndexError("Too many indexers")
        return key if len(key) == 2 else (key[0], None)
    return key, None


def _positions(key, length, axis):
    if isinstance(key, slice):
        return key
    if isinstance(key, (int, np.integer)):
        if not -length <= key < length:
            raise IndexError("single positional indexer is out-of-bounds")
        return int(key) % length
    if isinstance(key, (str, float)):
        raise TypeError(f"Cannot index by location index with a non-integer key, in {axis}: {key!r}")
    if _is_mask(key):
        return np.flatnonzero(np.asarray(key))
    places = np.asarray(list(key) if len(key) else np.zeros(0, dtype=int))
    if len(places) and ((places >= length) | (places < -length)).any():
        raise IndexError("positional indexers are out-of-bounds")
    return np.where(places < 0, places + length, places)


def _part(rows, places, columns):
    if isinstance(rows, pd.Series):
        return pd._element(rows._values[places]) if isinstance(places, int) else rows._rows(places)
    if columns is None:
        return rows._row(places) if isinstance(places, int) else rows._rows(places)
    if isinstance(columns, int):
        return _part(rows._series(columns), places, None)
    table = rows._some(np.arange(len(rows._columns))[columns] if isinstance(columns, slice) else columns)
    return table._row(places) if isinstance(places, int) else table._rows(places)


def _assign(rows, places, columns, value):
    if isinstance(rows, pd.Series):
        rows._replace(
            _with_values(
                rows._values, places, _given(value, rows.index[places] if not isinstance(places, int) else None)
            )
        )
        return
    chosen = np.arange(len(rows._columns))[slice(None) if columns is None else columns]
    for count, column in enumerate(np.atleast_1d(chosen).tolist()):
        given = value
        if isinstance(value, pd.DataFrame):
            given = value._columns[count]
        elif isinstance(value, (list, tuple, np.ndarray)) and np.ndim(chosen) == 1:
            given = np.asarray(value)[..., count] if np.ndim(value) == 2 or isinstance(places, int) else value
        labels = None if isinstance(places, int) else rows.index[places]
        rows._replace(column, _with_values(rows._columns[column], places, _given(given, labels)))


def _given(value, labels):
    """The values to assign, a series by its labels."""
    if isinstance(value, pd.Series) and labels is not None:
        return value._reindexed(labels)._values
    return value


def _with_values(column, places, value):
    """A column with other values at some places, of a dtype that holds them."""
    is_number = isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_))
    if (
        column.dtype.kind in "OU"
        or isinstance(value, (str, _Objects))
        or value is None
        and column.dtype.kind not in "fM"
    ):
        items = column.tolist()
        chosen = np.atleast_1d(np.arange(len(items))[places]).tolist()
        values = [value] * len(chosen) if _is_one(value) else list(value)
        if column.dtype.kind not in "OU":
            raise TypeError(f"Invalid value '{value}' for dtype '{column.dtype}'")
        for place, item in zip(chosen, values, strict=True):
            items[place] = item
        return _column(items)
    value = np.nan if value is None and column.dtype.kind == "f" else value
    if column.dtype.kind in "iu" and (is_number and value != int(value) if is_number and value == value else is_number):
        raise TypeError(f"Invalid value '{value}' for dtype '{column.dtype}'")
    changed = column.copy()
    changed[places] = value if _is_one(value) else np.asarray(value)
    return changed
