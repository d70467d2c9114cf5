"""What tables and series share: rows with labels, chosen, put in order and filled."""

import itertools

import numpy as np
import pandas as pd
from pandas import _Objects, _are_same, _column, _index, _is_gap, _is_one, _items, _matched, _missing, _ordered, _taken


class _Rows:
    """Columns of one length beside an index. A series has one column, a table any number."""

    __hash__ = None

    @property
    def index(self):
        return self._labels

    @index.setter
    def index(self, index):
        index = _index(index)
        if len(index) != len(self):
            raise ValueError(
                f"Length mismatch: Expected axis has {len(self)} elements, new values have {len(index)} elements"
            )
        object.__setattr__(self, "_labels", index)

    def __len__(self):
        return len(self._labels)

    def _each(self, function):
        """The same rows with a function's results as columns."""
        return self._with([function(column) for column in self._columns])

    def _rows(self, places):
        """Rows at positions, of a slice or a mask."""
        if isinstance(places, slice):
            return self._with([column[places] for column in self._columns], self._labels[places])
        places = np.asarray(places)
        places = np.flatnonzero(places) if places.dtype == bool else places
        return self._with([_taken(column, places) for column in self._columns], self._labels[places])

    def _mask(self, mask):
        """The mask of rows that a condition means."""
        if isinstance(mask, pd.Series):
            if not _are_same(mask.index, self.index):
                mask = mask.reindex(self.index)
                if mask.isna().any():
                    raise IndexError("Unalignable boolean Series provided as indexer (its index has other labels)")
            mask = mask._values
        mask = np.asarray(mask.tolist(), dtype=bool) if isinstance(mask, _Objects) else np.asarray(mask, dtype=bool)
        if len(mask) != len(self):
            raise ValueError(f"Item wrong length {len(mask)} instead of {len(self)}.")
        return mask

    def head(self, n=5):
        return self._rows(slice(0, n) if n >= 0 else slice(0, max(len(self) + n, 0)))

    def tail(self, n=5):
        return self._rows(slice(max(len(self) - n, 0) if n >= 0 else min(-n, len(self)), len(self)))

    @property
    def loc(self):
        return pd._ByLabel(self)

    @property
    def iloc(self):
        return pd._ByPosition(self)

    @property
    def at(self):
        return pd._ByLabel(self)

    @property
    def iat(self):
        return pd._ByPosition(self)

    def take(self, indices, axis=0):
        if axis in (1, "columns"):
            return self.iloc[:, list(indices)]
        return self.iloc[list(indices)]

    def copy(self, deep=True):
        columns = [column[:] if isinstance(column, _Objects) else column.copy() for column in self._columns]
        made = self._with(columns, self._labels.copy())
        if isinstance(made, pd.DataFrame):
            made.columns = self.columns.copy()
        return made

    __copy__ = copy

    def __deepcopy__(self, memo):
        return self.copy()

    def pipe(self, func, *args, **kwargs):
        return func(self, *args, **kwargs)

    def isna(self):
        return self._each(_missing)

    def notna(self):
        return self._each(lambda column: ~_missing(column))

    isnull, notnull = isna, notna

    def abs(self):
        return self._each(np.abs)

    __abs__ = abs

    def clip(self, lower=None, upper=None, axis=None):
        bounds = [self._bounds(bound, axis) for bound in (lower, upper)]
        return self._with([_clipped(*each) for each in zip(self._columns, *bounds)])

    def _bounds(self, bound, axis):
        if isinstance(bound, _Rows):
            pairs = [(bound.index, self.index)]
            if isinstance(bound, pd.DataFrame):
                pairs.append((bound.columns, self.columns))
            elif isinstance(self, pd.DataFrame) and axis in (1, "columns"):
                pairs = [(bound.index, self.columns)]
            if any(set(given.tolist()) != set(own.tolist()) for given, own in pairs):
                raise NotImplementedError("clip() takes bounds with the same labels in swath: reindex() them before")
        return self._others(bound, axis)

    def round(self, decimals=0):
        if isinstance(decimals, dict):
            rounded = {name: self[name].round(decimals[name]) for name in decimals if name in self}
            return self.assign(**rounded)
        return self._each(lambda column: _rounded(column, decimals))

    def isin(self, values):
        wanted = list(values)
        gaps, known = any(map(_is_gap, wanted)), {value for value in wanted if not _is_gap(value)}
        if any(isinstance(value, np.datetime64) for value in known):
            known = set(_items(_column(wanted)))
        return self._each(
            lambda column: np.array([gaps if _is_gap(item) else item in known for item in _items(column)], dtype=bool)
        )

    def cumsum(self, axis=0, skipna=True):
        _refuse_across("cumsum", axis, skipna)
        return self._each(lambda column: _accumulated(np.cumsum, column, 0))

    def cumprod(self, axis=0, skipna=True):
        _refuse_across("cumprod", axis, skipna)
        return self._each(lambda column: _accumulated(np.cumprod, column, 1))

    def cummax(self, axis=0, skipna=True):
        _refuse_across("cummax", axis, skipna)
        return self._each(lambda column: _accumulated(_running(max), column, -np.inf))

    def cummin(self, axis=0, skipna=True):
        _refuse_across("cummin", axis, skipna)
        return self._each(lambda column: _accumulated(_running(min), column, np.inf))

    def shift(self, periods=1, freq=None, axis=0, fill_value=None):
        if freq is not None or axis not in (0, "index"):
            raise NotImplementedError("shift(freq=, axis=1) isn't supported by swath: shift rows by a number of them")
        places = np.arange(len(self)) - periods
        places = np.where((places < 0) | (places >= len(self)), -1, places)
        shifted = self._each(lambda column: _taken(column, places))
        if fill_value is None:
            return shifted
        return shifted._with(
            [np.where(places < 0, fill_value, column[np.where(places < 0, 0, places)]) for column in self._columns]
        )

    def diff(self, periods=1, axis=0):
        _refuse_across("diff", axis)
        return self - self.shift(periods)

    def pct_change(self, periods=1):
        return self / self.shift(periods) - 1

    def ffill(self, limit=None):
        if limit is not None:
            raise NotImplementedError("ffill(limit=) isn't supported by swath")
        return self._each(_filled_forward)

    def bfill(self, limit=None):
        return self._rows(slice(None, None, -1)).ffill(limit)._rows(slice(None, None, -1))

    def interpolate(self, method="linear"):
        if method not in ("linear", "time", "index"):
            raise NotImplementedError(
                f"interpolate(method={method!r}) isn't supported by swath: 'linear' and 'time' are"
            )
        times = self._labels.values.astype("int64") if method == "time" else np.asarray(self._labels)
        places = np.arange(len(self)) if method == "linear" else times
        return self._each(lambda column: _interpolated(column, places))

    def rolling(self, window, min_periods=None, center=False, win_type=None):
        if win_type is not None or not isinstance(window, (int, np.integer)):
            raise NotImplementedError("windows of rolling() are numbers of rows in swath, each with the same weight")
        return pd._Rolling(self, int(window), min_periods, center)

    def expanding(self, min_periods=1):
        return pd._Rolling(self, max(len(self), 1), min_periods, False)

    def resample(self, rule, closed=None, label=None, on=None):
        return pd._Resampled(self, rule, closed, label, on)

    def sort_index(self, axis=0, ascending=True, inplace=False, na_position="last"):
        _refuse_in_place("sort_index", inplace)
        if axis in (1, "columns"):
            return self[[self.columns.tolist()[place] for place in _ordered(_column(self.columns), ascending)]]
        if isinstance(self._labels, pd.MultiIndex):
            keys = [_codes_in_order(self._labels.get_level_values(level)) for level in range(self._labels.nlevels)]
            return self._rows(np.lexsort(tuple(key if ascending else -key for key in reversed(keys))))
        return self._rows(_ordered(_column(self._labels), ascending, na_position))

    def _reindexed(self, index, fill_value=None):
        index = _index(index, None if hasattr(index, "name") else self._labels.name)
        if index.nlevels != self._labels.nlevels and len(self):
            raise NotImplementedError(
                "reindex() by labels of other levels isn't supported by swath: reset_index() first"
            )
        places = _matched(self._labels, index)
        return self._with([_taken_or(column, places, fill_value) for column in self._columns], index)

    def where(self, cond, other=np.nan, axis=None):
        cond, other = (given(self) if callable(given) else given for given in (cond, other))
        masks, others = self._masks(cond), self._others(other, axis)
        return self._with([_chosen(*each) for each in zip(masks, self._columns, others)])

    def mask(self, cond, other=np.nan, axis=None):
        cond = cond(self) if callable(cond) else cond
        return self.where(~cond if isinstance(cond, _Rows) else ~np.asarray(cond, dtype=bool), other, axis)

    def xs(self, key, axis=0, level=None, drop_level=True):
        if axis not in (0, "index"):
            return self[key]
        if level is None:
            return self.loc[key]
        place = self._labels._level(level)
        rows = pd._located_in_levels(self._labels, (*[slice(None)] * place, key))
        found = self._rows(rows)
        return found._with(found._columns, found._labels.droplevel(level)) if drop_level else found

    def droplevel(self, level):
        return self._with(self._columns, self._labels.droplevel(level))

    def rename_axis(self, mapper=None, index=None, columns=None):
        renamed = self._with(self._columns)
        names = mapper if index is None else index
        if names is not None:
            renamed.index = self._labels.rename(names)
        if columns is not None:
            renamed.columns = self.columns.rename(columns)
        return renamed

    @property
    def empty(self):
        return self.size == 0

    def __array__(self, dtype=None, copy=None):
        return self.to_numpy(dtype)

    def __array_function__(self, func, types, args, kwargs):
        return pd._through_numpy(func, args, kwargs)

    def __bool__(self):
        kind = type(self).__name__
        raise ValueError(
            f"The truth value of a {kind} is ambiguous. Use a.empty, a.bool(), a.item(), a.any() or a.all()."
        )

    def __repr__(self):
        return pd._printed(self)

    __str__ = __repr__


def _refuse_in_place(name, inplace):
    if inplace:
        raise NotImplementedError(f"{name}(inplace=True) isn't supported by swath: write a = a.{name}(...)")


def _refuse_across(name, axis, skipna=True):
    if axis not in (0, "index"):
        raise NotImplementedError(f"{name}(axis=1) isn't supported by swath: df.T.{name}().T")
    if not skipna:
        raise NotImplementedError(f"{name}(skipna=False) isn't supported by swath")


def _aligned_mask(mask, index):
    """A condition at the labels of an index, false where it has none."""
    places = np.arange(len(index)) if _are_same(mask.index, index) else np.asarray(_matched(mask.index, index))
    if mask.dtype.kind != "b" and not isinstance(mask._values, _Objects):
        raise TypeError(f"Boolean array expected for the condition, not {mask.dtype}")
    values = np.array([item is True or item == True for item in mask.tolist()] + [False], dtype=bool)  # noqa: E712
    return values[np.where(places < 0, len(values) - 1, places)]


def _taken_or(column, places, fill_value):
    """Values at positions, another one where a position is -1."""
    taken, absent = _taken(column, places), np.asarray(places) < 0
    if fill_value is None or not absent.any():
        return taken
    filled = _chosen(~absent, taken, fill_value)
    is_same = column.dtype.kind in "iub" and _column([fill_value]).dtype.kind == column.dtype.kind
    return _column(filled, column.dtype) if is_same else filled


def _whole_as(column, other):
    """Whole numbers among fractions as a column of whole numbers holds them."""
    if column.dtype.kind not in "iu":
        return other
    if _is_one(other):
        is_whole = isinstance(other, (float, np.floating)) and np.isfinite(other) and other == int(other)
        return int(other) if is_whole else other
    if np.asarray(other).dtype.kind != "f":
        return other
    others = np.asarray(other)
    is_whole = bool(np.isfinite(others).all()) and bool((others.astype(column.dtype) == others).all())
    return others.astype(column.dtype) if is_whole else other


def _clipped(column, lower, upper):
    for bound, function in ((lower, np.maximum), (upper, np.minimum)):
        if bound is None:
            continue
        bound = _whole_as(column, bound)
        limited = function(column, bound)
        limited = np.where(np.isnan(bound), column, limited) if column.dtype.kind in "iuf" else limited
        column = column if not (limited != column).any() else limited
    return column


def _rounded(column, decimals):
    if column.dtype.kind in "iu" and decimals < 0:
        return np.round(column.astype(float), decimals).astype(column.dtype)
    return np.round(column, decimals) if column.dtype.kind == "f" else column


def _codes_in_order(index):
    order = _ordered(_column(index))
    codes, _ = pd._factorised(_column(index))
    return np.where(codes < 0, len(order), codes)


def _running(function):
    return lambda values: np.array(list(itertools.accumulate(values.tolist(), function)), dtype=values.dtype)


def _accumulated(function, column, neutral):
    gaps = _missing(column)
    if not gaps.any():
        return function(column)
    return np.where(gaps, np.nan, function(np.where(gaps, neutral, column)))


def _filled_forward(column):
    gaps = _missing(column)
    last = _running(max)(np.where(gaps, -1, np.arange(len(column))))
    return _taken(column, last)


def _interpolated(column, places):
    gaps = _missing(column)
    if not gaps.any() or gaps.all():
        return column
    known = places[~gaps]
    found = np.interp(places, known, column[~gaps])
    return np.where(places < known[0], np.nan, found)


def _chosen(mask, column, other):
    if isinstance(other, pd.Series):
        other = other._values
    if mask.all():
        return column
    other = np.nan if other is None and column.dtype.kind in "iuf" else other
    kinds = column.dtype.kind + _column([other] if _is_one(other) else other).dtype.kind
    if not set(kinds) <= set("iuf") and kinds not in ("bb", "MM", "mm"):
        others = [other] * len(column) if _is_one(other) else _items(_column(other))
        items = [item if keep else new for keep, item, new in zip(mask.tolist(), _items(column), others)]
        return _column(items, keep=column if isinstance(column, _Objects) else None)
    other = np.datetime64(other) if kinds == "MM" and _is_one(other) else other
    other = np.timedelta64(other) if kinds == "mm" and _is_one(other) else other
    return np.where(mask, column, _whole_as(column, other) if "f" in kinds else other)
