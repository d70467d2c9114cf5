"""Tables made of what Python and xarray have, put together and taken apart."""

import collections

import numpy as np
import pandas as pd
import xarray as xr
from pandas import _Objects, _are_same, _column, _factorised, _index, _is_one, _items, _joined, _taken

_INSTEAD = {
    "plot": "it draws nothing, write the values with to_csv() and draw them elsewhere",
    "hist": "use np.histogram(values)",
    "boxplot": "it draws nothing, use describe() or quantile()",
    "to_excel": "use to_csv()",
    "to_parquet": "use to_csv(), or to_xarray().to_netcdf()",
    "to_hdf": "use to_csv(), or to_xarray().to_netcdf()",
    "to_pickle": "use to_csv(), or to_xarray().to_netcdf()",
    "to_json": "use json.dumps(df.to_dict())",
    "to_html": "use to_string() or to_csv()",
    "to_latex": "use to_string() or to_csv()",
    "to_markdown": "use to_string() or to_csv()",
    "query": "use a condition, as in df[df.a > 1]",
    "eval": "write the expression itself, as in df['c'] = df.a + df.b",
    "stack": "use to_xarray().to_dataframe()",
    "melt": "use pd.concat() of the columns",
    "pivot_table": "use groupby([...]).mean().unstack()",
    "cut": "use np.digitize() or xarray's groupby_bins()",
    "ewm": "use rolling(n).mean()",
    "asfreq": "use reindex(pd.date_range(...))",
    "tz_localize": "moments have no time zones, they are UTC",
    "tz_convert": "moments have no time zones, they are UTC",
    "to_period": "use index.strftime('%Y-%m')",
    "transform": "write the expression itself, as in df - df.mean()",
    "info": "use .dtypes, .count() and .describe()",
    "sample": "use df.iloc[np.random.default_rng(0).permutation(len(df))[:n]]",
    "style": "use to_string(float_format=...)",
    "memory_usage": "use .size",
}


def _no_member(kind, name):
    instead = _INSTEAD.get(name)
    if instead is not None:
        return AttributeError(f"'{kind}' object has no attribute '{name}' in swath: {instead}")
    return AttributeError(
        f"'{kind}' object has no attribute '{name}' in swath, nor a {'column' if kind == 'DataFrame' else 'label'} of that name"
    )


def _table(data, index, names, dtype):
    """The table that the arguments of `DataFrame` mean."""
    if isinstance(data, xr.Dataset):
        raise TypeError("a Dataset becomes a table by ds.to_dataframe()")
    if data is None:
        data = {} if names is None else {name: [np.nan] * (0 if index is None else len(index)) for name in names}
    if isinstance(data, pd.Series):
        data = {0 if data.name is None else data.name: data} if names is None else {list(names)[0]: data}
    if isinstance(data, pd.DataFrame):
        table = data if index is None else data.reindex(index)
        table = table if names is None else table.reindex(columns=list(names))
        table = table._with(list(table._columns))
    elif isinstance(data, dict):
        table = _table_of_dict(data, index, names)
    else:
        table = _table_of_rows(data, index, names)
    return table if dtype is None else table._each(lambda column: _column(column, dtype))


def _table_of_dict(data, index, names):
    wanted = list(data) if names is None else list(names)
    columns = {name: pd.Series(value) if isinstance(value, dict) else value for name, value in data.items()}
    columns = {name: list(value) if isinstance(value, (range, map, zip)) else value for name, value in columns.items()}
    if index is None:
        indexes = [value.index for value in columns.values() if isinstance(value, pd.Series)]
        lengths = {len(value) for value in columns.values() if not _is_one(value) and not isinstance(value, pd.Series)}
        lengths |= {len(index) for index in indexes} if not indexes or lengths else set()
        if len(lengths) > 1:
            raise ValueError("All arrays must be of the same length")
        if indexes:
            index = _common(indexes)
        elif lengths:
            index = _index(range(lengths.pop()))
        elif columns:
            raise ValueError("If using all scalar values, you must pass an index")
        else:
            index = _index(range(0))
    made = []
    for name in wanted:
        value = columns.get(name, np.nan)
        if _is_one(value):
            made.append(_column([value] * len(index)))
            continue
        if isinstance(value, pd.Series) and not _are_same(value.index, index):
            value = value._reindexed(index)
        made.append(_owned(value))
        if len(made[-1]) != len(index):
            raise ValueError(f"Length of values ({len(made[-1])}) does not match length of index ({len(index)})")
    return pd.DataFrame._of(made, _index(wanted if names is None else names), index)


def _owned(value):
    """A column of its own, which shares no memory with an array."""
    column = _column(value)
    return column.copy() if isinstance(value, (np.ndarray, xr.DataArray)) else column


def _common(indexes):
    """The labels of several indexes, in order where they differ."""
    first = indexes[0]
    if all(_are_same(first, other) for other in indexes[1:]):
        return first
    for index in indexes:
        if isinstance(index, pd.MultiIndex):
            raise NotImplementedError("indexes of several levels that differ aren't put together by swath: reindex one")
        if not index.is_unique:
            raise ValueError("cannot reindex on an axis with duplicate labels")
    names = {index.name for index in indexes}
    return _index(
        _factorised(_joined([_column(index) for index in indexes]))[1], names.pop() if len(names) == 1 else None
    )


def _table_of_rows(data, index, names):
    if isinstance(data, np.ndarray) or isinstance(data, xr.DataArray):
        values = np.asarray(data)
        values = values[:, None] if values.ndim == 1 else values
        if values.ndim != 2:
            raise ValueError(f"Must pass 2-d input. shape={tuple(values.shape)}")
        columns = [_owned(values[:, place]) for place in range(values.shape[1])]
    else:
        rows = list(data)
        if rows and isinstance(rows[0], pd.Series):
            names = rows[0].index if names is None else names
            index = (
                _index([row.name if row.name is not None else place for place, row in enumerate(rows)])
                if index is None
                else index
            )
            rows = [row.reindex(names).tolist() for row in rows]
        elif rows and isinstance(rows[0], dict):
            names = list(dict.fromkeys(key for row in rows for key in row)) if names is None else names
            rows = [[row.get(name, np.nan) for name in names] for row in rows]
        elif rows and hasattr(rows[0], "_fields") and names is None:
            names = list(rows[0]._fields)
        if rows and not isinstance(rows[0], (list, tuple, np.ndarray, pd.Series)):
            rows = [[row] for row in rows]
        width = max(map(len, rows), default=0)
        if names is not None and rows and len(list(names)) != width:
            raise ValueError(f"{len(list(names))} columns passed, passed data had {width} columns")
        rows = [list(row) + [None] * (width - len(row)) for row in rows]
        columns = [_column(list(column)) for column in zip(*rows)] or [_Objects([]) for _ in names or []]
    names = _index(range(len(columns))) if names is None else _index(names)
    index = _index(range(len(columns[0]) if columns else 0)) if index is None else index
    if len(names) != len(columns) or columns and len(index) != len(columns[0]):
        found, wanted = (len(columns[0]) if columns else 0, len(columns)), (len(index), len(names))
        raise ValueError(f"Shape of passed values is {found}, indices imply {wanted}")
    return pd.DataFrame._of(columns, names, index)


def _tuples(table, index, name):
    columns = ([table.index.tolist()] if index else []) + [_items(column) for column in table._columns]
    fields = (["Index"] if index else []) + [str(label) for label in table.columns]
    if name is None:
        return zip(*columns)
    return map(collections.namedtuple(name, fields, rename=True)._make, zip(*columns))


def concat(objs, axis=0, join="outer", ignore_index=False, keys=None, names=None, sort=False):
    if isinstance(objs, dict):
        keys, objs = list(objs), list(objs.values())
    objs = [obj for obj in objs if obj is not None]
    if not objs:
        raise ValueError("No objects to concatenate")
    for obj in objs:
        if not isinstance(obj, (pd.Series, pd.DataFrame)):
            raise TypeError(
                f"cannot concatenate object of type '{type(obj)}'; only Series and DataFrame objs are valid"
            )
    if sort and (axis in (1, "columns") or not all(_are_same(obj.axes[-1], objs[0].axes[-1]) for obj in objs)):
        raise NotImplementedError("concat(sort=True) isn't supported by swath: use sort_index() of what is made")
    if axis in (1, "columns"):
        return _beside(objs, join, ignore_index, keys)
    if keys is not None and any(obj.index.nlevels > 1 for obj in objs):
        raise NotImplementedError(
            "concat(keys=) of indexes of several levels isn't supported by swath: reset_index() first"
        )
    labels = _index(_joined([_column(obj.index) for obj in objs])) if objs[0].index.nlevels == 1 else None
    if labels is None:
        labels = pd.MultiIndex.from_tuples([label for obj in objs for label in obj.index.tolist()], objs[0].index.names)
    elif keys is not None:
        outer = [key for key, obj in zip(keys, objs) for _ in range(len(obj))]
        labels = pd.MultiIndex.from_arrays([outer, labels], names or [None, objs[0].index.name])
    elif len({obj.index.name for obj in objs}) == 1:
        labels = _index(labels, objs[0].index.name)
    labels = _index(range(len(labels))) if ignore_index else labels
    if all(isinstance(obj, pd.Series) for obj in objs):
        called = {obj.name for obj in objs}
        return pd.Series._of(_joined([obj._values for obj in objs]), labels, called.pop() if len(called) == 1 else None)
    objs = [obj.to_frame() if isinstance(obj, pd.Series) else obj for obj in objs]
    columns = list(dict.fromkeys(name for obj in objs for name in obj.columns))
    if join == "inner":
        columns = [name for name in columns if all(name in obj.columns for obj in objs)]
    parts = [obj if obj.columns.tolist() == columns else obj.reindex(columns=columns) for obj in objs]
    return pd.DataFrame._of(
        [_joined(list(same)) for same in zip(*(part._columns for part in parts))], _index(columns), labels
    )


def _beside(objs, join, ignore_index, keys):
    index = _common([obj.index for obj in objs])
    if join == "inner":
        kept = [label for label in objs[0].index.tolist() if all(label in obj.index for obj in objs)]
        index = _index(kept, index.name)
    elif (
        not all(_are_same(obj.index, index) for obj in objs)
        and index.nlevels == 1
        and not isinstance(index, pd.DatetimeIndex)
    ):
        # As they come; moments are put in order.
        index = _index(_factorised(_joined([_column(obj.index) for obj in objs]), sort=False)[1], index.name)
    columns, names, unnamed = [], [], 0
    for place, obj in enumerate(objs):
        obj = obj if _are_same(obj.index, index) else obj._reindexed(index)
        columns += obj._columns
        if isinstance(obj, pd.Series):
            label = keys[place] if keys is not None else obj.name
            names.append(unnamed if label is None else label)
            unnamed += label is None
        elif keys is not None:
            raise NotImplementedError("concat(axis=1, keys=) of tables isn't supported by swath: use add_prefix()")
        else:
            names += obj.columns.tolist()
    return pd.DataFrame._of(columns, _index(range(len(columns))) if ignore_index else _index(names), index)


def merge(
    left,
    right,
    how="inner",
    on=None,
    left_on=None,
    right_on=None,
    left_index=False,
    right_index=False,
    sort=False,
    suffixes=("_x", "_y"),
):
    if sort:
        raise NotImplementedError("merge(sort=True) isn't supported by swath: sort_values() of what is made")
    if how not in ("inner", "left", "right", "outer") or left_index != right_index:
        raise NotImplementedError(
            "merge is supported by swath with how= inner, left, right or outer, on columns or both indexes"
        )
    if left_index:
        return _joined_tables(left, right, None, how, *suffixes)
    shared = [name for name in left.columns if name in right.columns]
    on = shared if on is None and left_on is None else on
    left_on, right_on = (on, on) if on is not None else (left_on, right_on)
    left_on, right_on = ([keys] if isinstance(keys, str) else list(keys) for keys in (left_on, right_on))
    if not left_on:
        raise ValueError("No common columns to perform merge on")
    left_keys, right_keys = _row_keys(left, left_on), _row_keys(right, right_on)
    rows = _row_pairs(left_keys, right_keys, how)
    first, second = (np.array(side, dtype=int) for side in (zip(*rows) if rows else ([], [])))
    columns, names = [], []
    for name in left.columns:
        values = _taken(left[name]._values, first)
        if name in left_on and left_on == right_on and (first < 0).any():
            values = _joined(
                [_taken(left[name]._values, first[first >= 0]), _taken(right[name]._values, second[first < 0])]
            )
            order = np.argsort(np.concatenate([np.flatnonzero(first >= 0), np.flatnonzero(first < 0)]))
            values = values[order]
        columns.append(values)
        names.append(f"{name}{suffixes[0]}" if name in right.columns and name not in left_on else name)
    for name in right.columns:
        if left_on == right_on and name in right_on:
            continue
        columns.append(_taken(right[name]._values, second))
        names.append(f"{name}{suffixes[1]}" if name in left.columns else name)
    return pd.DataFrame._of(columns, _index(names), _index(range(len(first))))


def _row_keys(table, names):
    """The key of each row, missing parts of it all the same and behind the others in order."""
    columns = [[(1, 0) if pd._is_gap(item) else (0, item) for item in _items(table[name]._values)] for name in names]
    return list(zip(*columns))


def _row_pairs(left, right, how):
    """Pairs of rows with equal keys, -1 for a row that has none."""
    if how == "right":
        return [(first, second) for second, first in _row_pairs(right, left, "left")]
    places = {}
    for place, key in enumerate(right):
        places.setdefault(key, []).append(place)
    gaps = [-1] if how in ("left", "outer") else []
    pairs = [(row, other) for row, key in enumerate(left) for other in places.get(key, gaps)]
    if how == "outer":
        known = set(left)
        pairs += [(-1, place) for place, key in enumerate(right) if key not in known]
        pairs.sort(key=lambda pair: left[pair[0]] if pair[0] >= 0 else right[pair[1]])
    return pairs


def _joined_tables(left, right, on, how, lsuffix, rsuffix):
    right = right.to_frame() if isinstance(right, pd.Series) else right
    shared = [name for name in left.columns if name in right.columns]
    if shared and not (lsuffix or rsuffix):
        raise ValueError(f"columns overlap but no suffix specified: {shared}")
    right = right.rename(columns={name: f"{name}{rsuffix}" for name in shared})
    if on is not None:
        places = pd._matched(right.index, left[on]._as_index(None))
        added = [_taken(column, places) for column in right._columns]
        left = left.rename(columns={name: f"{name}{lsuffix}" for name in shared})
        return pd.DataFrame._of(
            left._columns + added, _index([*left.columns.tolist(), *right.columns.tolist()]), left.index
        )
    left = left.rename(columns={name: f"{name}{lsuffix}" for name in shared})
    if how in ("left", "right"):
        index = (left if how == "left" else right).index
    elif how == "outer":
        index = _common([left.index, right.index])
    else:
        index = left.index[np.array([label in right.index for label in left.index.tolist()], dtype=bool)]
    return concat([side if _are_same(side.index, index) else side._reindexed(index) for side in (left, right)], axis=1)


def _unstacked(rows, level, fill_value):
    """The labels of one level as columns."""
    labels = rows.index
    if not isinstance(labels, pd.MultiIndex) or isinstance(rows, pd.DataFrame):
        raise NotImplementedError("unstack() is supported by swath of a series whose index has several levels")
    place = labels._level(level)
    others = [other for other in range(labels.nlevels) if other != place]
    used, codes = np.unique(labels.codes[place], return_inverse=True)
    unique = _column(labels.levels[place])[used]
    whole = np.zeros(len(labels), dtype=int)
    for other in others:
        whole = whole * len(labels.levels[other]) + labels.codes[other]
    _, first, order = np.unique(whole, return_index=True, return_inverse=True)
    index = labels[first].droplevel(place)
    table = np.full((len(index), len(unique)), -1)
    if len(set(zip(order.tolist(), codes.tolist()))) < len(codes):
        raise ValueError("Index contains duplicate entries, cannot reshape")
    for row, (first, second) in enumerate(zip(order.tolist(), codes.tolist())):
        table[first, second] = row
    columns = [pd._taken_or(rows._values, table[:, number], fill_value) for number in range(len(unique))]
    if (table < 0).any() and fill_value is None:
        # Of one kind, as the values of one series are.
        kinds = {column.dtype.kind for column in columns}
        if "f" in kinds and kinds - {"f"} <= set("iu"):
            columns = [column.astype(float) if column.dtype.kind in "iu" else column for column in columns]
        elif "O" in kinds and rows._values.dtype.kind == "b":
            columns = [_column(column, object) for column in columns]
    return pd.DataFrame._of(columns, _index(unique, labels.names[place]), index)
