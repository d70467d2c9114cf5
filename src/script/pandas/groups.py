"""Groups of rows: by values, by spans of time, and windows that move over them."""

import numpy as np
import pandas as pd
import xarray as xr
from pandas import _column, _factorised, _index, _is_one, _missing, _of_dtypes, _reduced, _taken


class _Grouped:
    """Rows in groups, whose reductions are tables with a row a group."""

    def __init__(self, rows, by, level, sort=True, as_index=True):
        self.rows, self.as_index, self.keys = rows, as_index, []
        self.is_list = isinstance(by, list) or isinstance(level, list)
        if level is not None:
            by = [rows.index.get_level_values(each) for each in (level if isinstance(level, list) else [level])]
        by = (
            by
            if isinstance(by, list) and not (by and len(by) == len(rows) and by[0] not in getattr(rows, "columns", []))
            else [by]
        )
        arrays, names = [], []
        for each in by:
            values, name = self._key(each)
            arrays.append(values)
            names.append(name)
        self.names = names
        codes, self.labels = _group_codes(arrays, names, sort)
        kept = np.flatnonzero(codes >= 0)
        order = kept[np.argsort(codes[kept], kind="stable")]
        bounds = np.searchsorted(codes[order], np.arange(len(self.labels) + 1))
        self.places = [order[first:last] for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist())]
        self.codes = codes
        self.chosen = None

    def _key(self, by):
        rows = self.rows
        if (
            isinstance(rows, pd.DataFrame)
            and not callable(by)
            and _is_one(by)
            and not hasattr(by, "__iter__")
            or isinstance(by, str)
        ):
            if isinstance(rows, pd.DataFrame) and by in rows.columns:
                self.keys.append(by)
                return rows[by]._values, by
            if by in rows.index.names:
                return _column(rows.index.get_level_values(by)), by
            raise KeyError(by)
        if callable(by):
            return _column([by(label) for label in rows.index.tolist()]), rows.index.name
        if isinstance(by, dict):
            return _column([by.get(label, np.nan) for label in rows.index.tolist()]), None
        name = getattr(by, "name", None)
        if isinstance(by, pd.Series):
            by = by._reindexed(rows.index) if not pd._are_same(by.index, rows.index) else by
        values = _column(by)
        if len(values) != len(rows):
            raise ValueError("Grouper and axis must be same length")
        return values, name

    def __len__(self):
        return len(self.places)

    @property
    def ngroups(self):
        return len(self.places)

    @property
    def groups(self):
        return {label: self.rows.index[places] for label, places in zip(self.labels.tolist(), self.places)}

    @property
    def indices(self):
        return dict(zip(self.labels.tolist(), self.places))

    def get_group(self, name):
        if self.is_list and self.labels.nlevels == 1:
            if not isinstance(name, tuple) or len(name) != 1:
                raise KeyError(name)
            name = name[0]
        if name not in self.labels.tolist():
            raise KeyError(name)
        place = self.labels.tolist().index(name)
        return self._part()._rows(self.places[place])

    def _part(self):
        """The rows without what they are grouped by, or the chosen columns."""
        if self.chosen is not None:
            return self.rows[self.chosen]
        return self.rows

    def __iter__(self):
        part = self.rows if self.chosen is None else self.rows[self.chosen]
        labels = [(label,) if len(self.names) == 1 and self.is_list else label for label in self.labels.tolist()]
        return ((label, part._rows(places)) for label, places in zip(labels, self.places))

    def __getitem__(self, key):
        made = object.__new__(_Grouped)
        made.__dict__.update(self.__dict__)
        made.rows[key]
        made.chosen = key
        return made

    def __getattr__(self, name):
        if not name.startswith("_") and isinstance(self.rows, pd.DataFrame) and name in self.rows.columns:
            return self[name]
        raise AttributeError(
            f"groups of rows have no attribute '{name}' in swath: reductions, apply() and iteration are supported"
        )

    def _reductions(self, column, function, by_list):
        """The reduction of each group: by Python's own functions where groups are small, for each numpy call costs more."""
        made = None if by_list is None else by_list(column, self.places)
        return _column([function(_taken(column, places)) for places in self.places]) if made is None else made

    def _table(self, function, numeric_only=False, by_list=None):
        part = self._part()
        if isinstance(part, pd.Series):
            values = self._reductions(part._values, function, by_list)
            made = pd.Series._of(values, self.labels, part.name)
            return made if self.as_index else made.reset_index()
        if self.chosen is None:
            part = part._some([place for place, name in enumerate(part.columns.tolist()) if name not in self.keys])
        part = part._some(_of_dtypes(part, "number", None, True)) if numeric_only else part
        columns = [self._reductions(column, function, by_list) for column in part._columns]
        made = pd.DataFrame._of(columns, part.columns, self.labels)
        return made if self.as_index else made.reset_index()

    def size(self):
        made = pd.Series._of(np.array([len(places) for places in self.places]), self.labels)
        return made if self.as_index else made.reset_index(name="size")

    def quantile(self, q=0.5, interpolation="linear", numeric_only=False):
        if np.ndim(q):
            raise NotImplementedError("quantile() of groups takes one fraction in swath")
        return self._table(lambda column: _reduced(column, "quantile", q=q, method=interpolation), numeric_only)

    def nunique(self):
        return self._table(lambda column: len(_factorised(column)[1]))

    def first(self, numeric_only=False):
        return self._table(lambda column: _edge(column, 0), numeric_only)

    def last(self, numeric_only=False):
        return self._table(lambda column: _edge(column, -1), numeric_only)

    def idxmax(self):
        return self._label_of("idxmax")

    def idxmin(self):
        return self._label_of("idxmin")

    def _label_of(self, name):
        part = self._part()
        if isinstance(part, pd.DataFrame):
            raise NotImplementedError(
                f"{name}() of groups is supported of one column in swath: df.groupby(...)['a'].{name}()"
            )
        rows = [int(places[pd._place_of(_taken(part._values, places), name)]) for places in self.places]
        return pd.Series._of(_taken(_column(part.index), rows), self.labels, part.name)

    def apply(self, func, *args, **kwargs):
        part = self._part()
        if self.chosen is None and isinstance(part, pd.DataFrame):
            part = part._some([place for place, name in enumerate(part.columns.tolist()) if name not in self.keys])
        found = [func(part._rows(places), *args, **kwargs) for places in self.places]
        if any(isinstance(one, pd.DataFrame) for one in found):
            raise NotImplementedError(
                "apply() of groups takes functions that give numbers or series in swath: iterate over the groups"
            )
        if found and isinstance(found[0], pd.Series):
            made = pd.concat(found, axis=1).T
            made.index = self.labels
            return made
        return pd.Series._of(_column(found), self.labels, part.name if isinstance(part, pd.Series) else None)

    def agg(self, func, **options):
        functions = func if isinstance(func, list) else None
        if isinstance(func, str):
            return getattr(self, func)(**options)
        if options:
            raise NotImplementedError(f"agg({', '.join(options)}=) isn't supported by swath: agg({{'a': 'mean'}})")
        if isinstance(func, dict) and self.as_index and all(isinstance(one, str) for one in func.values()):
            made = [getattr(self[name], one)()._values for name, one in func.items()]
            return pd.DataFrame._of(made, _index(list(func)), self.labels)
        if (
            functions is None
            or not isinstance(self._part(), pd.Series)
            or not all(isinstance(one, str) for one in functions)
        ):
            raise NotImplementedError(
                "agg() takes names of reductions in swath, a list of them for one column: df.groupby(...)['a'].agg(['mean', 'max'])"
            )
        return pd.concat([getattr(self, name)().rename(name) for name in functions], axis=1)

    aggregate = agg

    def transform(self, func):
        if not isinstance(func, str):
            raise NotImplementedError("transform() takes names of reductions in swath, as 'mean'")
        found = getattr(self, func)()
        return found._with([_taken(column, self.codes) for column in found._columns], self.rows.index)

    def cumsum(self):
        part = self._part()
        if self.chosen is None and isinstance(part, pd.DataFrame):
            part = part._some([place for place, name in enumerate(part.columns.tolist()) if name not in self.keys])
        made = [column.copy() for column in part._columns]
        if any(column.dtype.kind not in "iufb" for column in made):
            raise TypeError("cumsum() of groups takes columns of numbers")
        made = [column.astype("int64") if column.dtype.kind == "b" else column for column in made]
        if (self.codes < 0).any():
            made = [np.where(self.codes < 0, np.nan, column) for column in made]
        for places in self.places:
            for column, source in zip(made, part._columns):
                column[places] = (
                    part._rows(places)._with([_taken(source, places)]).cumsum()._columns[0]
                    if isinstance(part, pd.Series)
                    else pd._accumulated(np.cumsum, _taken(source, places), 0)
                )
        return part._with(made)


def _edge(column, place):
    values = column[~_missing(column)]
    return pd._element(values[place]) if len(values) else np.nan


def _group_codes(arrays, names, sort):
    """The group of each row, and the label of each group."""
    codes, unique = zip(*(_factorised(values, sort) for values in arrays))
    if len(arrays) == 1:
        return codes[0], _index(unique[0], names[0])
    whole, gaps = np.zeros(len(codes[0]), dtype=int), np.zeros(len(codes[0]), dtype=bool)
    for code, known in zip(codes, unique):
        whole, gaps = whole * max(len(known), 1) + code, gaps | (code < 0)
    _, first, numbers = np.unique(whole[~gaps], return_index=True, return_inverse=True)
    if not sort:
        order = np.argsort(first)
        first, numbers = first[order], np.argsort(order)[numbers]
    rows = np.flatnonzero(~gaps)[first]
    labels = pd.MultiIndex([_index(known) for known in unique], [code[rows] for code in codes], names)
    numbered = np.full(len(whole), -1)
    numbered[~gaps] = numbers
    return numbered, labels


def _of_groups(name):
    def reduction(self, numeric_only=False, ddof=1):
        # As in pandas, means of rows that lie group by group are float64.
        wide = name == "mean" and bool((self.codes[1:] >= self.codes[:-1]).all())
        return self._table(
            lambda column: _reduced(_in_float64(column) if wide else column, name, ddof=ddof),
            numeric_only,
            lambda column, places: pd._of_lists(_in_float64(column) if wide else column, places, name, ddof),
        )

    return reduction


def _in_float64(column):
    return column.astype("float64") if column.dtype.kind == "f" else column


for _name in ("mean", "sum", "prod", "min", "max", "std", "var", "sem", "median", "count", "any", "all"):
    setattr(_Grouped, _name, _of_groups(_name))


def _whole_name(rule):
    """The name of a frequency with the month or day that it starts or ends at."""
    ends = {"QS": "JAN", "YS": "JAN", "QE": "DEC", "YE": "DEC", "W": "SUN"}
    return f"{rule}-{ends[rule.lstrip('0123456789')]}" if rule.lstrip("0123456789") in ends else rule


class _Resampled:
    """Rows in spans of time, whose reductions are xarray's."""

    def __init__(self, rows, rule, closed, label, on):
        rows = rows.set_index(on) if on is not None else rows
        if not isinstance(rows.index, pd.DatetimeIndex):
            raise TypeError(
                f"Only valid with DatetimeIndex, TimedeltaIndex or PeriodIndex, but got an instance of '{type(rows.index).__name__}'"
            )
        self.rows, self.rule = rows, rule
        self.options = {key: value for key, value in (("closed", closed), ("label", label)) if value is not None}

    def __getitem__(self, key):
        made = object.__new__(_Resampled)
        made.__dict__.update(self.__dict__, rows=self.rows[key])
        return made

    def _reduce(self, name, numeric_only=False, **options):
        rows = self.rows
        if isinstance(rows, pd.DataFrame) and numeric_only:
            rows = rows._some(_of_dtypes(rows, "number", None, True))
        columns, times = [], None
        for column in rows._columns:
            if column.dtype.kind not in "biuf":
                raise TypeError(f"Cannot perform reduction '{name}' with {column.dtype} dtype")
            column = _in_float64(column) if name == "mean" else column
            array = xr.DataArray(column, dims="index", coords={"index": rows.index.values})
            found = getattr(array.resample(index=self.rule, **self.options), name)(**options)
            columns.append(found.values)
            times = found["index"].values
        made = rows._with(columns, pd.DatetimeIndex(times, name=rows.index.name, freq=_whole_name(self.rule)))
        return made

    def count(self):
        counted = self._reduce("count")
        return counted.fillna(0).astype(int)

    def sum(self, numeric_only=False):
        kinds = [column.dtype for column in self.rows._columns]
        summed = self._reduce("sum", numeric_only).fillna(0)
        if numeric_only:
            return summed
        return summed._with(
            [column.astype(kind) if kind.kind in "iu" else column for kind, column in zip(kinds, summed._columns)]
        )

    def std(self, ddof=1, numeric_only=False):
        return self._reduce("std", numeric_only, ddof=ddof)

    def var(self, ddof=1, numeric_only=False):
        return self._reduce("var", numeric_only, ddof=ddof)

    def __getattr__(self, name):
        if not name.startswith("_") and isinstance(self.rows, pd.DataFrame) and name in self.rows.columns:
            return self[name]
        raise AttributeError(
            f"spans of time have no attribute '{name}' in swath: use xarray's own, df.to_xarray().resample(...)"
        )


for _name in ("mean", "min", "max", "median", "first", "last"):
    setattr(_Resampled, _name, lambda self, numeric_only=False, _name=_name: self._reduce(_name, numeric_only))


class _Rolling:
    """Windows of so many rows, whose reductions are xarray's."""

    def __init__(self, rows, window, min_periods, center):
        self.rows, self.window, self.center = rows, window, center
        self.min_periods = window if min_periods is None else min_periods

    def _windows(self, column):
        array = xr.DataArray(column.astype("float64"), dims="index")
        return array.rolling(index=self.window, center=self.center, min_periods=self.min_periods)

    def _reduce(self, name):
        return self.rows._each(lambda column: getattr(self._windows(column), name)().values)

    def _spread(self, column, ddof, is_root):
        variance, counts = self._windows(column).var().values, self._windows(column).count().values
        scaled = np.where(counts > ddof, variance * counts / np.where(counts > ddof, counts - ddof, 1), np.nan)
        return np.sqrt(scaled) if is_root else scaled

    def std(self, ddof=1):
        return self.rows._each(lambda column: self._spread(column, ddof, True))

    def var(self, ddof=1):
        return self.rows._each(lambda column: self._spread(column, ddof, False))

    def count(self):
        places = np.arange(len(self.rows)) + 1 + ((self.window - 1) // 2 if self.center else 0)
        first, last = np.maximum(places - self.window, 0), np.minimum(places, len(self.rows))

        def counted(column):
            before = np.concatenate([np.zeros(1), np.cumsum(~_missing(column))])
            return np.where(last - first < self.min_periods, np.nan, before[last] - before[first])

        return self.rows._each(counted)

    def apply(self, func, raw=False):
        raise NotImplementedError(
            "rolling(...).apply() isn't supported by swath: use mean, sum, min, max, median, std, var or count"
        )


for _name in ("mean", "sum", "min", "max", "median"):
    setattr(_Rolling, _name, lambda self, _name=_name: self._reduce(_name))
