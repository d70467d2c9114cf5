"""Labelled arrays of xarray as tables and series, and the other way round."""

import numpy as np
import pandas as pd
import xarray as xr
from pandas import _Objects, _column, _index, _taken


def _labels_of(array, dim):
    """The index along a dimension."""
    if dim not in array.coords:
        return _index(range(array.sizes[dim]), dim)
    if dim not in array.indexes:
        raise NotImplementedError(f"the stacked dimension {dim!r} becomes no index in swath: .unstack({dim!r}) before")
    return _index(_values_of(array.coords[dim]), dim)


def _values_of(array):
    values = array.values
    # Moments of calendars that the real one isn't are objects.
    return _Objects(values.ravel().tolist()) if values.dtype.kind not in "biufmMU" else _column(values.ravel())


def _index_of(array, dims):
    if not dims:
        raise ValueError("no valid index for a 0-dimensional object")
    labels = [_labels_of(array, dim) for dim in dims]
    return labels[0] if len(labels) == 1 else pd.MultiIndex._product(labels, list(dims))


def _series_of_array(array):
    # First the values, whose memory is checked: the index takes as much again for each dimension.
    values = _values_of(array)
    return pd.Series._of(values, _index_of(array, array.dims), array.name)


def _order(dims, dim_order):
    if dim_order is None:
        return list(dims)
    if set(dim_order) != set(dims) or len(dim_order) != len(dims):
        raise ValueError(
            f"dim_order {list(dim_order)} does not match the set of dimensions of this Dataset: {list(dims)}"
        )
    return list(dim_order)


def _table_of_array(array, name=None, dim_order=None):
    name = array.name if name is None else name
    if name is None:
        raise ValueError("cannot convert an unnamed DataArray to a DataFrame: use the ``name`` parameter")
    if array.ndim == 0:
        raise ValueError("cannot convert a scalar")
    coords = [coord for coord in array.coords if coord not in array.dims]
    dims = _order(array.dims, dim_order)
    return _table_of({**{coord: array.coords[coord] for coord in coords}, name: array}, array, dims)


def _table_of_dataset(dataset, dim_order=None):
    dims = _order(dataset.sizes, dim_order)
    # What was opened has its coordinates behind its variables, as xarray's has.
    order = [dataset.data_vars, dataset.coords] if "source" in dataset.encoding else [dataset.coords, dataset.data_vars]
    names = [name for part in order for name in part if name not in dataset.sizes]
    return _table_of({name: dataset[name] for name in names}, dataset, dims)


def _table_of(variables, labelled, dims):
    whole = xr.Dataset({name: variable.reset_coords(drop=True) for name, variable in variables.items()})
    # Broadcast before they are computed, all of them together: it is what the table holds that has to fit.
    repeated = {}
    for name in variables:
        missing = {dim: labelled.sizes[dim] for dim in dims if dim not in whole[name].dims}
        repeated[name] = (whole[name].expand_dims(missing) if missing else whole[name]).transpose(*dims)
    computed = xr.Dataset(repeated).compute()
    columns = [_values_of(computed[name]) for name in variables]
    index = _index_of(labelled, dims)
    return pd.DataFrame._of(columns, _index(list(variables)) if variables else _index(_Objects([])), index)


def _pandas_of_array(array):
    if array.ndim == 0:
        return array.values
    if array.ndim > 2:
        raise ValueError(
            f"Cannot convert arrays with {array.ndim} dimensions into pandas objects. Requires 2 or fewer dimensions."
        )
    labels = [_labels_of(array, dim) for dim in array.dims]
    if array.ndim == 1:
        return pd.Series._of(_values_of(array), labels[0], array.name)
    values = array.values
    return pd.DataFrame._of([_column(values[:, place]) for place in range(values.shape[1])], labels[1], labels[0])


def _pandas_of_dataset(dataset):
    if len(dataset.sizes) == 0:
        return pd.Series({name: dataset[name].item() for name in dataset.data_vars})
    if len(dataset.sizes) == 1:
        return _table_of_dataset(dataset)
    raise ValueError(
        f"cannot convert Datasets with {len(dataset.sizes)} dimensions into pandas objects without changing the number"
        " of dimensions. Please use Dataset.to_dataframe() instead."
    )


def _array_of(series, dims=None):
    """The array that a series is along its index, as xarray takes one."""
    dims = [dims] if isinstance(dims, str) else dims
    name = dims[0] if dims else series.index.name or "dim_0"
    values = _plain(series._values, series.name)
    if isinstance(series.index, pd.MultiIndex):
        raise NotImplementedError("an index of several levels becomes no dimension in swath: use series.to_xarray()")
    return xr.DataArray(values, dims=name, coords={name: _plain(_column(series.index), name)}, name=series.name)


def _array_of_table(table, dims=None):
    rows, columns = dims or (table.index.name or "dim_0", table.columns.name or "dim_1")
    coords = {rows: _plain(_column(table.index), rows), columns: _plain(_column(table.columns), columns)}
    return xr.DataArray(table.to_numpy(), dims=(rows, columns), coords=coords)


pd.Series._as_data_array, pd.DataFrame._as_data_array = _array_of, _array_of_table


def _plain(values, name):
    if isinstance(values, _Objects):
        raise NotImplementedError(
            f"{name!r} holds text with gaps or values of several kinds, which no array does in swath: fillna() or drop it"
        )
    return values


def _dataset_of_table(dataframe, sparse=False):
    if sparse:
        raise NotImplementedError("from_dataframe(sparse=True) isn't supported by swath")
    if not isinstance(dataframe, pd.DataFrame):
        raise TypeError(f"from_dataframe() takes a DataFrame, found {type(dataframe).__name__}")
    index = dataframe.index
    if not dataframe.columns.is_unique:
        raise ValueError("cannot convert DataFrame with non-unique columns")
    if not isinstance(index, pd.MultiIndex):
        dim = "index" if index.name is None else index.name
        variables = {name: (dim, _plain(series._values, name)) for name, series in dataframe.items()}
        return xr.Dataset(variables, coords={dim: (dim, _plain(_column(index), dim))})
    dims = [f"level_{place}" if name is None else name for place, name in enumerate(index.names)]
    used = [np.unique(codes) for codes in index.codes]
    shape = tuple(len(codes) for codes in used)
    places = np.zeros(len(index), dtype=int)
    for codes, length, known in zip(index.codes, shape, used):
        places = places * length + np.searchsorted(known, codes)
    if len(np.unique(places)) < len(places):
        raise ValueError("cannot convert a DataFrame with a non-unique MultiIndex into xarray")
    rows = np.full(int(np.prod(shape)), -1)
    rows[places] = np.arange(len(index))
    coords = {dim: (dim, _plain(_column(level)[known], dim)) for dim, level, known in zip(dims, index.levels, used)}
    variables = {
        name: (dims, _plain(_taken(series._values, rows), name).reshape(shape)) for name, series in dataframe.items()
    }
    return xr.Dataset(variables, coords=coords)


def _array_of_series(series, sparse=False):
    if not isinstance(series, pd.Series):
        raise TypeError(f"from_series() takes a Series, found {type(series).__name__}")
    name = "__array__"
    return _dataset_of_table(series.to_frame(name), sparse)[name].rename(series.name)


pd.DataFrame.to_xarray = _dataset_of_table
pd.Series.to_xarray = _array_of_series
