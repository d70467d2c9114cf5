"""What is made of tables: columns renamed and dropped, rows put in order, indexes and columns exchanged."""

import numpy as np
import pandas as pd
from pandas import _Table, _column, _index, _is_one, _items, _missing, _ordered, _refuse_in_place


class DataFrame(_Table):
    """A table in the memory of rank 0."""

    def reindex(self, labels=None, index=None, columns=None, axis=None, fill_value=None):
        if axis in (1, "columns"):
            labels, columns = None, labels
        index = labels if index is None else index
        made = self
        if columns is not None:
            gaps = _column([np.nan if fill_value is None else fill_value] * len(self))
            names, found = list(columns), []
            for name in names:
                found.append(made._columns[made._place(name)] if name in made._names else gaps)
            made = DataFrame._of(found, _index(names, self._names.name), self._labels)
        return made if index is None else made._reindexed(index, fill_value)

    def rename(self, mapper=None, index=None, columns=None, axis=None, inplace=False):
        _refuse_in_place("rename", inplace)
        index, columns = (index, mapper) if axis in (1, "columns") else (index if mapper is None else mapper, columns)

        def renamed(labels, names):
            if names is None:
                return labels
            if labels.nlevels > 1:
                raise NotImplementedError("rename() of an index of several levels isn't supported by swath")
            items = [names(item) if callable(names) else names.get(item, item) for item in labels.tolist()]
            return _index(items, labels.name)

        return DataFrame._of(self._columns, renamed(self._names, columns), renamed(self._labels, index))

    def add_prefix(self, prefix):
        return self.rename(columns=lambda name: f"{prefix}{name}")

    def add_suffix(self, suffix):
        return self.rename(columns=lambda name: f"{name}{suffix}")

    def drop(self, labels=None, axis=0, index=None, columns=None, inplace=False, errors="raise"):
        _refuse_in_place("drop", inplace)
        if labels is not None:
            index, columns = (index, labels) if axis in (1, "columns") else (labels, columns)
        made = self
        for is_column, gone in ((True, columns), (False, index)):
            if gone is None:
                continue
            axis_labels = made._names if is_column else made._labels
            gone = list(gone) if isinstance(gone, (list, pd._Labels, np.ndarray)) else [gone]
            gone = [label for label in gone if errors == "raise" or label in axis_labels]
            places = pd._all_located(axis_labels, gone)
            kept = np.flatnonzero(~np.isin(np.arange(len(axis_labels)), places))
            made = made._some(kept) if is_column else made._rows(kept)
        return made

    def dropna(self, axis=0, how="any", subset=None, thresh=None, inplace=False):
        _refuse_in_place("dropna", inplace)
        subset = [subset] if isinstance(subset, str) else subset
        gaps = np.stack(
            [_missing(column) for column in (self if subset is None else self[list(subset)])._columns], axis=1
        )
        if axis in (1, "columns"):
            if subset is not None:
                raise NotImplementedError("dropna(axis=1, subset=) isn't supported by swath: take those rows before")
            kept = ~(gaps.any(axis=0) if how == "any" else gaps.all(axis=0))
            kept = kept if thresh is None else (~gaps).sum(axis=0) >= thresh
            return self._some(np.flatnonzero(kept))
        if thresh is not None:
            return self._rows((~gaps).sum(axis=1) >= thresh)
        return self._rows(~(gaps.any(axis=1) if how == "any" else gaps.all(axis=1)))

    def fillna(self, value=None, inplace=False):
        _refuse_in_place("fillna", inplace)
        if isinstance(value, (dict, pd.Series)):
            return self.assign(**{name: self[name].fillna(value[name]) for name in value.keys() if name in self})
        if isinstance(value, DataFrame):
            return self.where(self.notna(), value)
        return self._each(lambda column: pd._chosen(~_missing(column), column, value))

    def astype(self, dtype):
        if isinstance(dtype, dict):
            return self.assign(**{name: self[name].astype(wanted) for name, wanted in dtype.items()})
        return self._each(lambda column: _column(column, dtype))

    def sort_values(self, by, axis=0, ascending=True, inplace=False, na_position="last", ignore_index=False):
        _refuse_in_place("sort_values", inplace)
        if axis not in (0, "index"):
            raise NotImplementedError("sort_values(axis=1) isn't supported by swath: df.T.sort_values(...).T")
        by = [by] if isinstance(by, str) or not isinstance(by, (list, tuple)) else list(by)
        ways = ascending if isinstance(ascending, list) else [ascending] * len(by)
        order = np.arange(len(self))
        for name, way in reversed(list(zip(by, ways))):
            values = self[name]._values if name in self._names else _column(self._labels.get_level_values(name))
            order = order[_ordered(pd._taken(values, order), way, na_position)]
        return self._rows(order).reset_index(drop=True) if ignore_index else self._rows(order)

    def nlargest(self, n, columns):
        return self.sort_values(columns, ascending=False).head(n)

    def nsmallest(self, n, columns):
        return self.sort_values(columns).head(n)

    def set_index(self, keys, drop=True, append=False, inplace=False):
        _refuse_in_place("set_index", inplace)
        if append:
            raise NotImplementedError(
                "set_index(append=True) isn't supported by swath: df.reset_index().set_index([...])"
            )
        if not isinstance(keys, (list, str)) and not _is_one(keys):
            return self._with(self._columns, _index(keys))
        keys = keys if isinstance(keys, list) else [keys]
        missing = [key for key in keys if key not in self._names]
        if missing:
            raise KeyError(f"None of {missing} are in the columns")
        labels = (
            self[keys[0]]._as_index(keys[0])
            if len(keys) == 1
            else pd.MultiIndex.from_arrays([self[key] for key in keys])
        )
        return (self.drop(columns=keys) if drop else self)._with_index(labels)

    def _with_index(self, labels):
        return DataFrame._of(self._columns, self._names, labels)

    def reset_index(self, level=None, drop=False, inplace=False, names=None):
        _refuse_in_place("reset_index", inplace)
        labels = self._labels
        chosen = range(labels.nlevels)
        if level is not None:
            chosen = [
                labels._level(each) if labels.nlevels > 1 else 0
                for each in (level if isinstance(level, list) else [level])
            ]
        rest = _index(range(len(self)))
        if len(chosen) < labels.nlevels:
            rest = labels
            for place in sorted(chosen, reverse=True):
                rest = rest.droplevel(place)
        if drop:
            return self._with_index(rest)
        names = [names] if isinstance(names, str) else names
        added, values = [], []
        for place in chosen:
            name = labels.names[place] if names is None else names[len(added)]
            if name is None:
                name = "index" if labels.nlevels == 1 and "index" not in self._names else f"level_{place}"
            if name in self._names:
                raise ValueError(f"cannot insert {name}, already exists")
            added.append(name)
            values.append(_column(labels if labels.nlevels == 1 else labels.get_level_values(place)))
        return DataFrame._of([*values, *self._columns], _index([*added, *self._names.tolist()], self._names.name), rest)

    def to_dict(self, orient="dict"):
        names = self._names.tolist()
        lists = [_items(column) for column in self._columns]
        if orient == "list":
            return dict(zip(names, lists))
        if orient == "records":
            return [dict(zip(names, row)) for row in zip(*lists)]
        if orient == "index":
            return {label: dict(zip(names, row)) for label, row in zip(self._labels.tolist(), zip(*lists))}
        if orient == "series":
            return dict(self.items())
        if orient != "dict":
            raise NotImplementedError(
                f"to_dict({orient!r}) isn't supported by swath: 'dict', 'list', 'records', 'index' are"
            )
        return {name: dict(zip(self._labels.tolist(), items)) for name, items in zip(names, lists)}

    def equals(self, other):
        same = isinstance(other, DataFrame) and self._labels.equals(other._labels) and self._names.equals(other._names)
        return same and all(map(pd._are_equal, self._columns, other._columns))

    def select_dtypes(self, include=None, exclude=None):
        return self._some(pd._of_dtypes(self, include, exclude))

    def duplicated(self, subset=None, keep="first"):
        table = self if subset is None else self[[subset] if isinstance(subset, str) else list(subset)]
        keys = list(zip(*(_items(column) for column in table._columns)))
        return pd.Series(pd._Objects(keys), index=self._labels).duplicated(keep)

    def drop_duplicates(self, subset=None, keep="first"):
        return self._rows(~self.duplicated(subset, keep)._values)

    def squeeze(self, axis=None):
        return self._series(0) if len(self._columns) == 1 else self._row(0) if len(self) == 1 else self

    def apply(self, func, axis=0, args=(), **kwargs):
        return pd._applied(self, func, axis, args, kwargs)

    def map(self, func, na_action=None):
        return self._with([self._series(place).map(func, na_action)._values for place in range(len(self._columns))])

    def unstack(self, level=-1, fill_value=None):
        return pd._unstacked(self, level, fill_value)

    def pivot(self, *, columns, index, values):
        return self.set_index([index, columns])[values].unstack()

    def groupby(self, by=None, level=None, sort=True, as_index=True):
        return pd._Grouped(self, by, level, sort, as_index)

    def merge(
        self,
        right,
        how="inner",
        on=None,
        left_on=None,
        right_on=None,
        left_index=False,
        right_index=False,
        suffixes=("_x", "_y"),
    ):
        return pd.merge(self, right, how, on, left_on, right_on, left_index, right_index, suffixes=suffixes)

    def join(self, other, on=None, how="left", lsuffix="", rsuffix=""):
        return pd._joined_tables(self, other, on, how, lsuffix, rsuffix)
