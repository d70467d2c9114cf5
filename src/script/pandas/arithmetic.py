"""Operators of tables and series, by their labels, and what numpy's functions do with them."""

import datetime
import operator

import numpy as np
import pandas as pd
import xarray as xr
from pandas import _Objects, _Rows, _are_same, _column, _common, _is_gap, _is_one, _items

_COMPARISONS = {"eq", "ne", "lt", "le", "gt", "ge"}


def _operated(name, left, right):
    """An operator between a column and a column or one value."""
    function = getattr(operator, name if name not in ("and", "or") else f"{name}_")
    if isinstance(right, str) and left.dtype.kind == "M":
        right = np.datetime64(pd.Timestamp(right))
    if isinstance(right, str) and left.dtype.kind == "m":
        right = np.timedelta64(pd.Timedelta(right))
    if isinstance(right, datetime.date) and not isinstance(right, datetime.datetime):
        right = np.datetime64(right)
    kinds = {side.dtype.kind for side in (left, right) if hasattr(side, "dtype")}
    by_element = "O" in kinds or isinstance(right, pd.DateOffset) or right is None
    by_element = by_element or name not in _COMPARISONS and ("U" in kinds or isinstance(right, str))
    if "U" in kinds and not by_element:
        is_text = [
            isinstance(side, str) or getattr(side, "dtype", None) is not None and side.dtype.kind == "U"
            for side in (left, right)
        ]
        by_element = not all(is_text)
    if by_element:
        return _element_by_element(function, name, left, right)
    if name in ("floordiv", "mod") and kinds <= set("biu") and not np.all(right):
        left = left.astype(float)
    if name == "pow" and left.dtype.kind in "iu" and np.min(right) < 0:
        left = left.astype(float)
    return function(left, right)


def _element_by_element(function, name, left, right):
    first = _items(left)
    others = _items(right) if hasattr(right, "__len__") and not isinstance(right, str) else [right] * len(first)
    if name in ("and", "or", "xor"):
        return np.array(
            [not _is_gap(a) and bool(function(a, not _is_gap(b) and b)) for a, b in zip(first, others)], bool
        )
    if name in _COMPARISONS:
        missing = name == "ne"
        made = [missing if _is_gap(a) or _is_gap(b) else bool(function(a, b)) for a, b in zip(first, others)]
        return np.array(made, dtype=bool)
    return _column([np.nan if _is_gap(a) or _is_gap(b) else function(a, b) for a, b in zip(first, others)])


def _reversed(name):
    return lambda left, right: (
        _operated(name, right, left)
        if hasattr(right, "dtype") and not _is_one(right)
        else _from_the_right(name, left, right)
    )


def _from_the_right(name, column, value):
    function = getattr(operator, name if name not in ("and", "or") else f"{name}_")
    if column.dtype.kind in "OU" or isinstance(value, str):
        return _column([np.nan if _is_gap(item) else function(value, item) for item in _items(column)])
    return function(value, column)


def _is_column(other):
    return isinstance(other, (np.ndarray, list, tuple, range)) and np.ndim(other) > 0


def _binary(rows, other, function, name):
    """An operator by labels, where both sides have some."""
    if isinstance(other, (xr.DataArray, xr.Dataset)):
        return NotImplemented
    if isinstance(rows, pd.DataFrame):
        return _binary_of_table(rows, other, function, name)
    if isinstance(other, pd.DataFrame):
        return NotImplemented
    if isinstance(other, pd.Series):
        called = rows.name if rows.name == other.name else None
        if not _are_same(rows.index, other.index):
            if name in _COMPARISONS:
                raise ValueError("Can only compare identically-labeled Series objects")
            index = _common([rows.index, other.index])
            rows, other = rows._reindexed(index), other._reindexed(index)
        return pd.Series._of(function(rows._values, other._values), rows.index, called)
    if _is_column(other):
        other = _column(other)
        if len(other) != len(rows) and len(other) != 1:
            if name in _COMPARISONS:
                raise ValueError("Lengths must match to compare")
            raise ValueError(f"operands could not be broadcast together with shapes ({len(rows)},) ({len(other)},)")
    return rows._with([function(rows._values, other)])


def _binary_of_table(table, other, function, name):
    if isinstance(other, pd.DataFrame):
        if not _are_same(table.index, other.index) or not _are_same(table.columns, other.columns):
            if name in _COMPARISONS:
                raise ValueError("Can only compare identically-labeled (both index and columns) DataFrame objects")
            index, columns = _common([table.index, other.index]), _common([table.columns, other.columns])
            table, other = (side.reindex(index=index, columns=columns.tolist()) for side in (table, other))
        return table._with([function(column, second) for column, second in zip(table._columns, other._columns)])
    if isinstance(other, pd.Series):
        if not _are_same(table.columns, other.index):
            columns = _common([table.columns, other.index])
            table, other = table.reindex(columns=columns.tolist()), other._reindexed(columns)
        return table._with([function(column, value) for column, value in zip(table._columns, other._values)])
    if _is_column(other):
        other = np.asarray(other)
        if other.ndim == 2 and other.shape != table.shape or other.ndim == 1 and len(other) != table.shape[1]:
            raise ValueError(f"Unable to coerce to DataFrame, shape must be {table.shape}: given {tuple(other.shape)}")
        sides = other.T if other.ndim == 2 else other
        return table._with([function(column, side) for column, side in zip(table._columns, sides)])
    return table._each(lambda column: function(column, other))


def _operator(name, reverse=False):
    function = _reversed(name) if reverse else lambda left, right: _operated(name, left, right)
    return lambda self, other: _binary(self, other, function, name)


def _method(name, reverse=False):
    operate = _operator(name, reverse)

    def method(self, other, level=None, fill_value=None, axis=1):
        if level is not None or fill_value is not None and not isinstance(other, (pd.Series, pd.DataFrame)):
            raise NotImplementedError(f"{name}(level=, fill_value=) isn't supported by swath: fillna() before")
        is_mixed = isinstance(self, pd.DataFrame) and isinstance(other, pd.Series)
        if is_mixed and fill_value is not None:
            raise NotImplementedError(f"fill_value {fill_value} not supported.")
        if fill_value is not None:
            if isinstance(self, pd.DataFrame):
                columns = _common([self.columns, other.columns]).tolist()
                self, other = self.reindex(columns=columns), other.reindex(columns=columns)
            index = _common([self.index, other.index])
            self, other = self._reindexed(index), other._reindexed(index)
            both = self.isna() & other.isna()
            return operate(self.fillna(fill_value), other.fillna(fill_value)).mask(both)
        if is_mixed and axis in (0, "index"):
            if not _are_same(self.index, other.index):
                index = _common([self.index, other.index])
                self, other = self._reindexed(index), other._reindexed(index)
            return self._with([operate(series, other)._values for _, series in self.items()])
        return operate(self, other)

    return method


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor"):
    setattr(_Rows, f"__{_name}__", _operator(_name))
    setattr(_Rows, f"__r{_name}__", _operator(_name, reverse=True))
for _name in _COMPARISONS:
    setattr(_Rows, f"__{_name}__", _operator(_name))
    setattr(_Rows, _name, _method(_name))
for _name, _short in {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "truediv": "div",
    "floordiv": "floordiv",
    "mod": "mod",
    "pow": "pow",
}.items():
    setattr(_Rows, _short, _method(_name))
    setattr(_Rows, f"r{_short}", _method(_name, reverse=True))
for _name, _other in {"truediv": "div", "divide": "div", "subtract": "sub", "multiply": "mul"}.items():
    setattr(_Rows, _name, getattr(_Rows, _other))
_Rows.__neg__ = lambda self: self._each(operator.neg)
_Rows.__pos__ = lambda self: self
_Rows.__invert__ = lambda self: self._each(
    lambda column: ~column if not isinstance(column, _Objects) else _column([not item for item in column])
)

_OF_METHODS = {
    "mean",
    "sum",
    "prod",
    "min",
    "max",
    "amin",
    "amax",
    "std",
    "var",
    "cumsum",
    "cumprod",
    "any",
    "argsort",
    "all",
    "round",
    "around",
    "clip",
}
_NAMES = {"amin": "min", "amax": "max", "around": "round"}


def _through_numpy(func, args, kwargs):
    """A function of numpy's: element by element it gives rows again, reductions are pandas', all else takes the values."""
    name, first = func.__name__, args[0] if args else None
    if name in _OF_METHODS and isinstance(first, _Rows):
        if name in ("std", "var"):
            kwargs = {"ddof": 0, **kwargs}
        if isinstance(first, pd.DataFrame) and name not in ("round", "around", "clip") and len(args) == 1:
            kwargs = {"axis": 0 if name.startswith("cum") else None, **kwargs}
        return getattr(first, _NAMES.get(name, name))(*args[1:], **kwargs)
    given = [argument for argument in args if isinstance(argument, _Rows)]
    if np._is_elementwise(name) and given and len(args) <= 2:
        if len(args) == 1:
            return first._each(lambda column: func(column, **kwargs))
        if isinstance(first, _Rows):
            return _binary(first, args[1], func, name)
        return _binary(args[1], first, lambda right, left: func(left, right), name)

    def plain(value):
        if isinstance(value, (list, tuple)):
            return type(value)(map(plain, value))
        return value.to_numpy() if isinstance(value, _Rows) else value

    return func(*map(plain, args), **{key: plain(value) for key, value in kwargs.items()})


def _are_equal(left, right):
    if left.dtype != right.dtype or len(left) != len(right):
        return False
    return all(a == b or _is_gap(a) and _is_gap(b) for a, b in zip(left.tolist(), right.tolist()))


def _missing_among(items):
    return np.array([_is_gap(item) for item in items], dtype=bool)


def unique(values):
    values = pd.Series(values)
    return values.unique()


def to_numeric(arg, errors="raise"):
    values = pd.Series(arg)
    if values.dtype.kind not in "OU":
        return values

    def number(item):
        try:
            return np.nan if _is_gap(item) else int(item) if str(item).lstrip("+-").isdigit() else float(item)
        except ValueError:
            if errors == "coerce":
                return np.nan
            raise ValueError(f'Unable to parse string "{item}"') from None

    made = values.map(number)
    return made if isinstance(arg, pd.Series) else made.values
