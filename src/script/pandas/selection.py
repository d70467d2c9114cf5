"""`loc` and `iloc`: rows and columns by labels and by positions, read and assigned to."""

import datetime

import numpy as np
import pandas as pd
from pandas import _Labels, _Objects, _column, _is_gap, _is_one, _label_slice, _located


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
        _assign(self.rows, self._rows(rows), columns if columns is None else self._columns(columns), value, False)

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
                return self._add(self._rows(rows(self.rows) if callable(rows) else rows), columns, value)
        rows = rows(self.rows) if callable(rows) else rows
        _assign(self.rows, self._rows(rows), columns if columns is None else self._columns(columns), value, True)

    def _add(self, places, name, value):
        """A new column that has values at some places, of their kind."""
        if isinstance(places, slice) and places in (slice(None), slice(0, len(self.rows))):
            self.rows[name] = value
            return None
        places = np.atleast_1d(np.arange(len(self.rows))[places])
        given = _given(value, self.rows.index[places])
        values = _column([given] * len(places) if _is_one(given) else given)
        if len(values) != len(places):
            raise ValueError(f"cannot set {len(places)} rows with {len(values)} values")
        # The place behind the last is a gap, so that the kind is one that holds some.
        taken = np.full(len(self.rows) + 1, -1)
        taken[places] = np.arange(len(places))
        self.rows[name] = pd._taken(values, taken)[:-1]
        return None

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


def _assign(rows, places, columns, value, by_label):
    """Puts values at places: a table by its labels where labels are asked for, a list along the columns."""
    labels = None if isinstance(places, int) or not by_label else rows.index[places]
    if isinstance(rows, pd.Series):
        rows._replace(_with_values(rows._values, places, _given(value, labels)))
        return
    chosen = np.arange(len(rows._columns))[slice(None) if columns is None else columns]
    if np.ndim(chosen) == 0:
        if isinstance(value, pd.DataFrame):
            raise NotImplementedError("a table isn't assigned to one column by swath: take its column")
        given = [value]
        chosen = np.array([int(chosen)])
    else:
        given = _along_columns(value, rows.columns[chosen], labels, isinstance(places, int) and by_label)
        if given is None:
            is_one = len(chosen) == 1 and not isinstance(places, int)
            given = [value] if is_one else _one_a_column(value, len(chosen))
    made = [_with_values(rows._columns[column], places, _given(one, labels)) for column, one in zip(chosen, given)]
    for column, values in zip(chosen.tolist(), made):
        rows._replace(column, values)


def _along_columns(value, names, labels, is_row):
    """What each column is given of a table, a series or one value; None of lists."""
    if isinstance(value, pd.DataFrame):
        if labels is not None:
            value = value.reindex(index=labels, columns=names.tolist())
        if len(value._columns) != len(names):
            raise ValueError(f"shape mismatch: value array of {value.shape} for {len(names)} columns")
        return value._columns
    if isinstance(value, pd.Series):
        if is_row:
            return value._reindexed(names).tolist()
        return [value] * len(names) if labels is not None else _one_a_column(value.tolist(), len(names))
    if isinstance(value, (dict, set)):
        raise NotImplementedError(f"a {type(value).__name__} isn't assigned to rows by swath: give a Series or a list")
    return [value] * len(names) if _is_one(value) else None


def _one_a_column(value, count):
    """A list along the columns, or the columns of a list of rows."""
    items = list(value)
    if items and not _is_one(items[0]):
        if any(len(item) != count for item in items):
            raise ValueError(f"Must have equal len keys and value when setting with an ndarray, of {count} columns")
        return [list(column) for column in zip(*items)]
    if len(items) != count:
        raise ValueError("Must have equal len keys and value when setting with an iterable")
    return items


def _given(value, labels):
    """The values to assign, a series by its labels."""
    if isinstance(value, pd.Series):
        return value._values if labels is None else value._reindexed(labels)._values
    return value


def _with_values(column, places, value):
    """A column with other values at some places, which have to be of its kind."""
    is_one = _is_one(value)
    places = np.atleast_1d(np.arange(len(column))[places])
    column = _with_room(column, value)
    values = _as_kind_of(column, [value] if is_one else list(value) if isinstance(value, (tuple, range)) else value)
    if not is_one and len(values) != len(places):
        raise ValueError(
            f"cannot set using a list-like indexer with a different length than the value: {len(values)} for {len(places)}"
        )
    if column.dtype.kind in "OU":
        items, new = column.tolist(), values * len(places) if is_one else values
        for place, item in zip(places.tolist(), new):
            items[place] = item
        return _column(items, keep=column if isinstance(column, _Objects) else None)
    changed = column.copy()
    if len(places):
        changed[places] = values[0] if is_one else values
    return changed


def _with_room(column, value):
    """A column that holds missing values, where some are put between whole numbers."""
    items = [value] if _is_one(value) else list(value)
    if column.dtype.kind not in "iu" or not any(
        item is None or isinstance(item, float) and item != item for item in items
    ):
        return column
    rest = [item for item in items if not _is_gap(item)]
    _as_kind_of(column, rest)
    return column.astype(float)


def _as_kind_of(column, values):
    """Values as a column of some kind holds them."""
    kind = column.dtype.kind
    items = values.tolist() if isinstance(values, (_Objects, np.ndarray)) and kind in "OU" else values

    def wrong(value):
        return TypeError(f"Invalid value '{value}' for dtype '{column.dtype}'")

    if kind in "OU":
        is_text = kind == "U" or column.dtype.name == "str"
        for item in items:
            if is_text and not (isinstance(item, str) or _is_gap(item)):
                raise wrong(item)
        return list(items)
    if kind in "mM":
        given, known = pd._items(_column(values)), {"M": datetime.date, "m": datetime.timedelta}[kind]
        known, made = (known, {"M": np.datetime64, "m": np.timedelta64}[kind]), []
        for item in given:
            if not _is_gap(item) and not isinstance(item, (str, *known)):
                raise wrong(item)
            item = {"M": pd.Timestamp, "m": pd.Timedelta}[kind](item) if isinstance(item, str) else item
            made.append(pd._no_time(column.dtype) if _is_gap(item) else item)
        made = _column(made)
        held = made.astype(column.dtype)
        if not (np.isnat(held) | (held.astype(made.dtype) == made)).all():
            raise wrong(given[0])
        return held
    made = _column([np.nan if item is None else item for item in values] if isinstance(values, list) else values)
    if not len(made):
        return made
    if isinstance(made, _Objects) or made.dtype.kind not in {"f": "iuf", "i": "iuf", "u": "iuf", "b": "b"}[kind]:
        raise wrong(made.tolist()[0])
    if kind in "iu":
        lost = np.isnan(made) | np.isinf(made) if made.dtype.kind == "f" else np.zeros(len(made), dtype=bool)
        held = np.where(lost, 0, made).astype(column.dtype)
        lost = lost | (held != made)
        if lost.any():
            raise wrong(made[lost][0])
        return held
    return made
