"""Statistics of columns, missing values left out."""

import numpy as np
import pandas as pd
from pandas import _Rows, _column, _element, _factorised, _index, _is_one, _items, _missing, _ordered, _taken, _unit


def _refuse(name, skipna=True, dtype=None, out=None):
    """Refuses arguments of a reduction that would change what it gives."""
    if not skipna:
        raise NotImplementedError(f"{name}(skipna=False) isn't supported by swath: see hasnans, or isna().any()")
    if dtype is not None or out is not None:
        raise NotImplementedError(f"{name}(dtype=, out=) isn't supported by swath: use astype()")


def _present(column):
    gaps = _missing(column)
    return column[~gaps] if gaps.any() else column


def _reduced(column, name, skipna=True, ddof=1, q=0.5, method="linear", min_count=0):
    """One value of a column, as pandas reduces it."""
    kind = column.dtype.kind
    if name == "count":
        return np.int64((~_missing(column)).sum())
    if name in ("any", "all"):
        found = [bool(item) for item in _present(column).tolist()]
        return any(found) if name == "any" else all(found)
    has_gaps = bool(_missing(column).any())
    if has_gaps and not skipna:
        return _no_time(column) if kind in "mM" else np.float64(np.nan)
    values = _present(column)
    if kind in "OU":
        return _reduced_objects(column, values.tolist(), name)
    if kind == "M" and name not in ("min", "max", "mean", "median", "quantile"):
        raise TypeError(f"'DatetimeArray' with dtype {column.dtype} does not support operation '{name}'")
    if kind in "mM":
        return _reduced_times(values, name, q)
    if name in ("sum", "prod"):
        if len(values) < min_count:
            return np.float64(np.nan)
        return (np.sum if name == "sum" else np.prod)(values)
    if not len(values) or name in ("std", "var", "sem") and len(values) <= ddof:
        return np.float64(np.nan)
    if name in ("min", "max", "mean"):
        return getattr(np, name)(values)
    if name in ("std", "var"):
        return getattr(np, name)(values, ddof=ddof)
    if name == "sem":
        return np.std(values, ddof=ddof) / np.sqrt(len(values))
    if name in ("skew", "kurt"):
        return _moment_statistic(values.astype(float), name)
    if name == "median":
        return np.median(values)
    return np.quantile(values, q, method=method)


def _no_time(column):
    return pd._no_time(column.dtype)


def _reduced_objects(column, items, name):
    if name in ("min", "max") and items:
        return (min if name == "min" else max)(items)
    is_text = column.dtype.kind == "U" or column.dtype.name == "str"
    if name == "sum" and is_text:
        return "".join(items)
    if is_text or not all(isinstance(item, (int, float, bool)) for item in items):
        raise TypeError(f"Cannot perform reduction '{name}' with {'string' if is_text else 'object'} dtype")
    if not items and name in ("sum", "prod"):
        return 0 if name == "sum" else 1
    return _reduced(np.array([float(item) for item in items], dtype=float), name)


def _reduced_times(values, name, q):
    if not len(values):
        return pd._no_time(values.dtype)
    if name in ("min", "max"):
        return _element(getattr(values, name)())
    counts = values.astype("int64")
    start = counts[0]
    offsets = (counts - start).astype(float)
    found = {"mean": np.mean, "median": np.median, "sum": np.sum, "std": lambda v: np.std(v, ddof=1)}.get(
        name, lambda v: np.quantile(v, q)
    )(offsets)
    total = int(found) + (int(start) * len(values) if name == "sum" else 0 if name == "std" else int(start))
    unit = _unit(values.dtype)
    return _element(np.array([total]).astype(f"{values.dtype.kind}8[{unit}]")[0])


def _moment_statistic(values, name):
    n, deviations = len(values), values - values.mean()
    second, third, fourth = ((deviations**power).sum() for power in (2, 3, 4))
    if n < (3 if name == "skew" else 4):
        return np.float64(np.nan)
    if second == 0:
        return np.float64(0)
    if name == "skew":
        return n * np.sqrt(n - 1) / (n - 2) * third / second**1.5
    numerator = n * (n + 1) * (n - 1) * fourth
    return numerator / ((n - 2) * (n - 3) * second**2) - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))


def _of_series(name):
    def reduction(self, axis=0, skipna=True, numeric_only=False, ddof=1, min_count=0, dtype=None, out=None):
        _refuse(name, dtype=dtype, out=out)
        return _reduced(self._values, name, skipna, ddof, min_count=min_count)

    return reduction


def _of_table(name):
    def reduction(self, axis=0, skipna=True, numeric_only=False, ddof=1, min_count=0, dtype=None, out=None):
        _refuse(name, dtype=dtype, out=out)
        table = self._some(_of_dtypes(self, "number", None, True)) if numeric_only else self
        if axis is None:
            return _reduced(_whole(table), name, skipna, ddof, min_count=min_count)
        if axis in (1, "columns"):
            made = None if min_count else pd._across(table._columns, name, skipna, ddof)
            if made is not None:
                return pd.Series._of(made, table.index)
            values = _whole(table)
            if isinstance(values, pd._Objects):
                raise NotImplementedError(
                    f"{name}(axis=1) of text or of values of several kinds isn't supported by swath"
                )
            values = values.reshape(len(table._columns), len(table)).T
            made = (
                _column([_reduced(row, name, skipna, ddof, min_count=min_count) for row in values])
                if values.ndim == 2
                else values
            )
            return pd.Series._of(made if len(table) else np.zeros(0), table.index)
        return _row_of(
            [_reduced(column, name, skipna, ddof, min_count=min_count) for column in table._columns], table.columns
        )

    return reduction


def _whole(table):
    return pd._joined(table._columns)


def _row_of(values, labels, name=None):
    return pd.Series._of(_column(values), labels, name)


for _name in ("mean", "sum", "prod", "min", "max", "std", "var", "sem", "median", "count", "skew", "kurt"):
    setattr(pd.Series, _name, _of_series(_name))
    setattr(pd.DataFrame, _name, _of_table(_name))
for _name in ("any", "all"):

    def _truth(self, axis=0, skipna=True, _name=_name, **options):
        _refuse(_name, skipna, **options)
        return _reduced(self._values, _name)

    setattr(pd.Series, _name, _truth)
    setattr(pd.DataFrame, _name, _of_table(_name))


def _fraction_of(rows, q):
    if not np.all((np.asarray(q) >= 0) & (np.asarray(q) <= 1)):
        raise ValueError("percentiles should all be in the interval [0, 1]")
    return [q] if _is_one(q) else list(q)


def _series_quantile(self, q=0.5, interpolation="linear"):
    found = [_reduced(self._values, "quantile", q=each, method=interpolation) for each in _fraction_of(self, q)]
    return found[0] if _is_one(q) else pd.Series._of(_column(found), _index([float(each) for each in q]), self.name)


def _table_quantile(self, q=0.5, axis=0, numeric_only=False, interpolation="linear"):
    if axis not in (0, "index"):
        return self.T.quantile(q, interpolation=interpolation)
    table = self._some(_of_dtypes(self, "number", None, True)) if numeric_only else self
    columns = [
        [_reduced(column, "quantile", q=each, method=interpolation) for each in _fraction_of(self, q)]
        for column in table._columns
    ]
    if _is_one(q):
        return _row_of([column[0] for column in columns], table.columns, q)
    return pd.DataFrame._of([_column(column) for column in columns], table.columns, _index([float(each) for each in q]))


pd.Series.quantile, pd.DataFrame.quantile = _series_quantile, _table_quantile


def _place_of(column, name):
    values = _present(column)
    if not len(values):
        raise ValueError("Encountered all NA values")
    places = np.flatnonzero(~_missing(column))
    codes, _ = _factorised(values)
    return int(places[np.argmin(codes) if name.endswith("min") else np.argmax(codes)])


def _series_place(name):
    def place(self, axis=0, skipna=True):
        _refuse(name, skipna)
        found = _place_of(self._values, name)
        return self.index[found] if name.startswith("idx") else found

    return place


for _name in ("idxmin", "idxmax", "argmin", "argmax"):
    setattr(pd.Series, _name, _series_place(_name))
for _name in ("idxmin", "idxmax"):

    def _table_place(self, axis=0, skipna=True, _name=_name):
        _refuse(_name, skipna)
        table = self if axis in (0, "index") else self.T
        rows = [_place_of(column, _name) for column in table._columns]
        return pd.Series._of(_taken(_column(table.index), rows), table.columns)

    setattr(pd.DataFrame, _name, _table_place)


def _of_dtypes(table, include=None, exclude=None, with_bool=False):
    """Positions of the columns whose dtypes are among the wanted ones."""

    def is_any(column, wanted):
        for one in [wanted] if isinstance(wanted, (str, type)) or hasattr(wanted, "kind") else wanted:
            if one in ("number", np.number):
                fits = column.dtype.kind in ("iufb" if with_bool else "iuf")
            elif one in ("datetime", "datetime64"):
                fits = column.dtype.kind == "M"
            elif one in ("object", object, "str", str):
                fits = column.dtype.kind in "OU"
            else:
                fits = column.dtype.kind not in "OU" and column.dtype == np.dtype(one)
            if fits:
                return True
        return False

    return [
        place
        for place, column in enumerate(table._columns)
        if (include is None or is_any(column, include)) and (exclude is None or not is_any(column, exclude))
    ]


def _percent(fraction):
    return f"{round(fraction * 100, 6):g}%"


def _described(column, fractions):
    if column.dtype.kind in "mM":
        raise NotImplementedError(
            "describe() of moments isn't supported by swath: drop those columns, or use min() and max()"
        )
    if column.dtype.kind in "OUb":
        counts = pd.Series._of(column, _index(range(len(column)))).value_counts()
        values = [int(_reduced(column, "count")), len(counts)]
        return ["count", "unique", "top", "freq"], values + (
            [counts.index[0], int(counts._values[0])] if len(counts) else [np.nan, np.nan]
        )
    middle = [_reduced(column, "quantile", q=fraction) for fraction in fractions]
    names = ["count", "mean", "std", "min", *map(_percent, fractions), "max"]
    first = [float(_reduced(column, "count")), *(_reduced(column, name) for name in ("mean", "std", "min"))]
    return names, [*map(float, first), *map(float, middle), float(_reduced(column, "max"))]


def _describe(self, percentiles=None, include=None, exclude=None):
    fractions = [0.25, 0.5, 0.75] if percentiles is None else sorted({*percentiles})
    if isinstance(self, pd.Series):
        names, values = _described(self._values, fractions)
        return pd.Series._of(_column(values), _index(names), self.name)
    if include == "all":
        raise NotImplementedError(
            "describe(include='all') isn't supported by swath: describe numbers and text one after another"
        )
    places = (
        _of_dtypes(self, include, exclude)
        if include is not None or exclude is not None
        else _of_dtypes(self, ["number", "datetime"])
    )
    places = places or list(range(len(self._columns)))
    if not places:
        raise ValueError("Cannot describe a DataFrame without columns")
    described = [_described(self._columns[place], fractions) for place in places]
    names = self.columns[np.array(places)]
    return pd.DataFrame._of([_column(values) for _, values in described], names, _index(described[0][0]))


_Rows.describe = _describe


def _ranks(column, method, ascending):
    order = _ordered(column, ascending)
    gaps = _missing(column)
    codes, _ = _factorised(column)
    ranks = np.full(len(column), np.nan)
    rows = [place for place in order.tolist() if not gaps[place]]
    first, dense = 0, 0
    while first < len(rows):
        last = first
        while last + 1 < len(rows) and codes[rows[last + 1]] == codes[rows[first]]:
            last += 1
        dense += 1
        for place in range(first, last + 1):
            shared = {"average": (first + last) / 2 + 1, "min": first + 1, "max": last + 1, "dense": dense}
            ranks[rows[place]] = shared.get(method, place + 1)
        first = last + 1
    return ranks


def _unique(column):
    codes, unique = _factorised(column, sort=False)
    first_gap = int(np.argmax(codes < 0))
    before = len(set(codes[:first_gap].tolist()))
    return _column(
        [
            *_items(unique)[:before],
            np.nan if column.dtype.kind not in "mM" else _no_time(column),
            *_items(unique)[before:],
        ]
    )


def _correlated(left, right):
    both = ~(_missing(left) | _missing(right))
    if both.sum() < 2:
        return np.float64(np.nan)
    return np.corrcoef(left[both].astype(float), right[both].astype(float))[0, 1]


def _table_correlations(self, method="pearson", min_periods=1, numeric_only=False):
    if method != "pearson":
        raise NotImplementedError(f"corr(method={method!r}) isn't supported by swath: 'pearson' is")
    if min_periods != 1:
        raise NotImplementedError("corr(min_periods=) isn't supported by swath: count() what is there")
    table = self._some(_of_dtypes(self, "number", None, True)) if numeric_only else self
    columns = [np.array([_correlated(one, other) for one in table._columns]) for other in table._columns]
    return pd.DataFrame._of(columns, table.columns, table.columns)


def _series_correlation(self, other, method="pearson"):
    if method != "pearson":
        raise NotImplementedError(f"corr(method={method!r}) isn't supported by swath: 'pearson' is")
    other = other if pd._are_same(self.index, other.index) else other._reindexed(self.index)
    return _correlated(self._values, other._values)


pd.Series.corr, pd.DataFrame.corr = _series_correlation, _table_correlations


def _applied(table, func, axis, args, kwargs):
    """A function of each column or each row."""
    if not callable(func):
        raise NotImplementedError("apply() takes a function in swath: call the method itself, as in df.mean()")
    if axis in (1, "columns"):
        found, labels = [func(table._row(place), *args, **kwargs) for place in range(len(table))], table.index
    else:
        found, labels = [func(series, *args, **kwargs) for _, series in table.items()], table.columns
    if not found or not isinstance(found[0], pd.Series):
        return pd.Series._of(_column(found), labels)
    made = pd.concat(found, axis=1)
    made.columns = labels
    return made.T if axis in (1, "columns") else made


def _aggregated(self, func, axis=0):
    """Reductions by their names: one, several, or those of each column."""
    if isinstance(func, str):
        return getattr(self, func)()
    names = list(func.values()) if isinstance(func, dict) else func
    if axis not in (0, "index") or not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise NotImplementedError("agg() takes names of reductions in swath, as 'mean', ['min', 'max'] or {'a': 'sum'}")
    if isinstance(func, dict):
        if isinstance(self, pd.Series):
            raise NotImplementedError("agg({...}) of a series isn't supported by swath: give a list of names")
        return _row_of([getattr(self[column], name)() for column, name in func.items()], _index(list(func)))
    if isinstance(self, pd.Series):
        return _row_of([getattr(self, name)() for name in names], _index(names), self.name)
    columns = [_column([getattr(series, name)() for name in names]) for _, series in self.items()]
    return pd.DataFrame._of(columns, self.columns, _index(names))


_Rows.agg = _Rows.aggregate = _aggregated
