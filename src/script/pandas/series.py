"""Series: one column of values with an index and a name."""

import numpy as np
import pandas as pd
from pandas import (
    _Objects,
    _Rows,
    _column,
    _element,
    _factorised,
    _in_a_row,
    _index,
    _is_gap,
    _is_one,
    _items,
    _missing,
    _ordered,
    _refuse_in_place,
)


class Series(_Rows):
    """Values with labels, in the memory of rank 0."""

    ndim = 1

    def __init__(self, data=None, index=None, dtype=None, name=None, copy=None):
        if isinstance(data, dict):
            keys = list(data)
            made = Series(list(data.values()), index=keys if keys else None)
            data = made if index is None or not keys else made._reindexed(index)
            index = data._labels if index is None else _index(index)
        elif isinstance(data, Series) and index is not None:
            name = data.name if name is None else name
            data = data._reindexed(index)
        elif data is None:
            data = np.full(0 if index is None else len(index), np.nan) if index is not None else _Objects([])
        elif _is_one(data):
            data = [data] * (1 if index is None else len(index))
        if name is None and isinstance(data, (Series, pd._Labels)):
            name = data.name
        if index is None:
            index = data._labels if isinstance(data, Series) else None
        self._values = _column(data, dtype)
        self._values = self._values.copy() if copy or isinstance(data, np.ndarray) and copy is None else self._values
        self._labels = _index(range(len(self._values))) if index is None else _index(index)
        if len(self._labels) != len(self._values):
            raise ValueError(
                f"Length of values ({len(self._values)}) does not match length of index ({len(self._labels)})"
            )
        self._name = name

    @classmethod
    def _of(cls, values, labels, name=None):
        made = cls.__new__(cls)
        made._values, made._labels, made._name = values, labels, name
        return made

    @property
    def _columns(self):
        return [self._values]

    def _with(self, columns, labels=None):
        return Series._of(columns[0], self._labels if labels is None else labels, self._name)

    def _replace(self, values):
        self._values = values

    def _append(self, label, value):
        self._values = _column([*_items(self._values), value])
        self._labels = _index([*self._labels.tolist(), label], self._labels.name)

    def _as_index(self, name):
        return _index(_in_a_row(self._values), name)

    def _masks(self, mask):
        return [pd._aligned_mask(mask, self._labels) if isinstance(mask, Series) else self._mask(mask)]

    def _others(self, other, axis):
        if isinstance(other, Series):
            return [other._reindexed(self._labels)._values]
        if not _is_one(other) and len(other) != len(self):
            raise ValueError(f"other must be of the same length as self: {len(other)} instead of {len(self)}")
        return [other if _is_one(other) else _column(other)]

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, name):
        self._name = name

    @property
    def values(self):
        return self._values if isinstance(self._values, _Objects) else self._values.copy()

    @property
    def array(self):
        return self.values

    def to_numpy(self, dtype=None, copy=False, na_value=None):
        values = self._values if na_value is None else self.fillna(na_value)._values
        if isinstance(values, _Objects):
            items = values.items
            if dtype is None and not any(isinstance(item, (int, float)) and not _is_gap(item) for item in items):
                raise NotImplementedError(
                    "text with gaps becomes no array of numpy's in swath: use .tolist(), or .fillna('') before"
                )
            return np.array(items, dtype=dtype)
        return np.array(values, dtype=dtype)

    @property
    def dtype(self):
        return self._values.dtype

    dtypes = dtype

    @property
    def shape(self):
        return (len(self),)

    @property
    def size(self):
        return len(self)

    @property
    def T(self):
        return self

    @property
    def hasnans(self):
        return bool(_missing(self._values).any())

    @property
    def dt(self):
        return pd._Moments(self)

    @property
    def str(self):
        return pd._Texts(self)

    def tolist(self):
        return _items(self._values)

    to_list = tolist

    def to_dict(self):
        return dict(zip(self._labels.tolist(), self.tolist()))

    def to_frame(self, name=None):
        label = name if name is not None else 0 if self._name is None else self._name
        return pd.DataFrame._of([self._values], _index([label]), self._labels)

    def item(self):
        if len(self) != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return self.tolist()[0]

    def __iter__(self):
        return iter(self.tolist())

    def items(self):
        return zip(self._labels.tolist(), self.tolist())

    def keys(self):
        return self._labels

    def __contains__(self, label):
        return label in self._labels

    def __float__(self):
        raise TypeError("a Series is no number: take a value of it, as by s.iloc[0]")

    def __getitem__(self, key):
        if callable(key):
            key = key(self)
        if isinstance(key, slice) and all(
            end is None or isinstance(end, (int, np.integer)) for end in (key.start, key.stop)
        ):
            if self._labels.nlevels > 1 or getattr(self._labels.dtype, "kind", "O") != "f":
                return self.iloc[key]
        return self.loc[key]

    def __setitem__(self, key, value):
        if isinstance(key, slice) and all(end is None or isinstance(end, int) for end in (key.start, key.stop)):
            self.iloc[key] = value
        else:
            self.loc[key] = value

    def get(self, key, default=None):
        return self.loc[key] if key in self._labels else default

    def __getattr__(self, name):
        if not name.startswith("_") and name in self._labels:
            return self.loc[name]
        raise pd._no_member("Series", name)

    def reindex(self, index=None, fill_value=None):
        return self._reindexed(index, fill_value)

    def rename(self, index=None, inplace=False):
        _refuse_in_place("rename", inplace)
        if callable(index) or isinstance(index, dict):
            if self._labels.nlevels > 1:
                raise NotImplementedError("rename() of an index of several levels isn't supported by swath")
            labels = self._labels.tolist()
            labels = [index(label) if callable(index) else index.get(label, label) for label in labels]
            return self._with([self._values], _index(labels, self._labels.name))
        return Series._of(self._values, self._labels, index)

    def reset_index(self, level=None, drop=False, name=None, inplace=False):
        _refuse_in_place("reset_index", inplace)
        if drop:
            return Series._of(self._values, _index(range(len(self))), self._name)
        return self.to_frame(name).reset_index(level)

    def drop(self, labels=None, index=None):
        places = pd._all_located(
            self._labels, labels if isinstance(labels, list) else [labels if index is None else index]
        )
        return self._rows(~np.isin(np.arange(len(self)), places))

    def dropna(self, inplace=False):
        _refuse_in_place("dropna", inplace)
        return self._rows(~_missing(self._values))

    def fillna(self, value=None, inplace=False):
        _refuse_in_place("fillna", inplace)
        if isinstance(value, Series):
            value = value._reindexed(self._labels)
        return self._with([pd._chosen(~_missing(self._values), self._values, value)])

    def astype(self, dtype):
        return self._with([_column(self._values, dtype)])

    def sort_values(self, ascending=True, inplace=False, na_position="last", key=None, ignore_index=False):
        _refuse_in_place("sort_values", inplace)
        order = _ordered((self if key is None else key(self))._values, ascending, na_position)
        return self._rows(order).reset_index(drop=True) if ignore_index else self._rows(order)

    def nlargest(self, n=5):
        return self.sort_values(ascending=False).dropna().head(n)

    def nsmallest(self, n=5):
        return self.sort_values().dropna().head(n)

    def argsort(self):
        return self._with([_ordered(self._values)])

    def rank(self, method="average", ascending=True, pct=False):
        if method not in ("average", "min", "max", "first", "dense"):
            raise ValueError(f"rank(method={method!r}): expected 'average', 'min', 'max', 'first' or 'dense'")
        ranks = pd._ranks(self._values, method, ascending)
        return self._with(
            [ranks / np.nanmax(ranks) if pct and method == "dense" else ranks / self.count() if pct else ranks]
        )

    def unique(self):
        return _factorised(self._values, sort=False)[1] if not self.hasnans else pd._unique(self._values)

    def nunique(self, dropna=True):
        return len(_factorised(self._values)[1]) + (not dropna and self.hasnans)

    def value_counts(self, normalize=False, sort=True, ascending=False, dropna=True):
        codes, unique = _factorised(self._values, sort=False)
        counts = np.bincount(codes[codes >= 0], minlength=len(unique)) if len(unique) else np.zeros(0, dtype=int)
        if not dropna and self.hasnans:
            # The gap stands where it came first among the values.
            first = len(set(codes[: int(np.argmax(codes < 0))].tolist()))
            unique = pd._unique(self._values)
            counts = np.concatenate([counts[:first], np.array([(codes < 0).sum()]), counts[first:]])
        name = "proportion" if normalize else "count"
        counted = Series._of(counts / counts.sum() if normalize else counts, _index(unique, self._name), name)
        order = np.argsort(counts if ascending else -counts, kind="stable")
        return counted._rows(order) if sort else counted

    def duplicated(self, keep="first"):
        codes, _ = _factorised(self._values)
        if keep == "last":
            return self._rows(slice(None, None, -1)).duplicated()._rows(slice(None, None, -1))
        _, first, counts = np.unique(codes, return_index=True, return_counts=True)
        if keep is False:
            return self._with([np.isin(codes, np.unique(codes)[counts > 1])])
        return self._with([~np.isin(np.arange(len(self)), first)])

    def drop_duplicates(self, keep="first"):
        return self._rows(~self.duplicated(keep)._values)

    def map(self, func, na_action=None):
        if isinstance(func, Series):
            func = func.to_dict()
        if isinstance(func, dict):
            return self._with([_column([func.get(item, np.nan) for item in self.tolist()])])
        return self._with([_column([item if na_action and _is_gap(item) else func(item) for item in self.tolist()])])

    def apply(self, func, args=(), **kwargs):
        if not callable(func):
            raise NotImplementedError("apply() takes a function in swath: call the method itself, as in s.mean()")
        return self.map(lambda item: func(item, *args, **kwargs))

    def between(self, left, right, inclusive="both"):
        after = self >= left if inclusive in ("both", "left") else self > left
        return after & (self <= right if inclusive in ("both", "right") else self < right)

    def replace(self, to_replace, value=None):
        known = to_replace if isinstance(to_replace, dict) else None
        if known is None:
            known = {item: value for item in (to_replace if isinstance(to_replace, list) else [to_replace])}
        items = self.tolist()
        changed = [known.get(item, item) for item in items]
        return self._with([_column(changed)]) if any(a is not b for a, b in zip(changed, items)) else self

    def equals(self, other):
        return (
            isinstance(other, Series)
            and self._labels.equals(other._labels)
            and pd._are_equal(self._values, other._values)
        )

    def squeeze(self):
        return _element(self._values[0]) if len(self) == 1 else self

    def unstack(self, level=-1, fill_value=None):
        return pd._unstacked(self, level, fill_value)

    def groupby(self, by=None, level=None, sort=True):
        return pd._Grouped(self, by, level, sort)

    def info(self, *args, **kwargs):
        raise NotImplementedError("Series.info isn't supported by swath: use .dtype, .count() and .describe()")
