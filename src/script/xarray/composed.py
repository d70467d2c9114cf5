"""Functions of xarray that are made of others."""

import dask
import xarray as xr


def Variable(dims, data, attrs=None, encoding=None, fastpath=False):
    dims = [dims] if isinstance(dims, str) else list(dims)
    variable = xr.DataArray(data, dims=dims, attrs=attrs)
    if encoding:
        variable.encoding = encoding
    return variable


def cross(a, b, *, dim):
    lengths = [array.sizes[dim] for array in (a, b) if dim in array.dims]
    if len(lengths) != 2 or lengths != [3, 3]:
        raise ValueError(
            f"Dimension '{dim}' must have 3 elements on both arrays in swath: of vectors in a plane take"
            " a.isel(...) * b.isel(...) - ... yourself"
        )
    a, b = xr.align(a, b, join="exact")

    def part(array, place):
        return array.isel({dim: place % 3}, drop=True)

    parts = [part(a, i + 1) * part(b, i + 2) - part(a, i + 2) * part(b, i + 1) for i in range(3)]
    product = xr.concat(parts, dim=dim)
    product = product.assign_coords({dim: a[dim]}) if dim in a.coords else product
    return product.transpose(*dict.fromkeys(a.dims + b.dims))


def register_dataarray_accessor(name):
    return _registers(xr.DataArray, name)


def register_dataset_accessor(name):
    return _registers(xr.Dataset, name)


def _registers(cls, name):
    def register(accessor):
        xr._set_accessor(cls, name, property(accessor))
        return accessor

    return register


def save_mfdataset(datasets, paths, mode="w", format=None, groups=None, engine=None, compute=True, **kwargs):
    if mode != "w" or groups is not None:
        raise NotImplementedError("save_mfdataset(mode=, groups=) isn't supported by swath: it writes whole files")
    if len(set(map(str, paths))) != len(paths) or len(paths) != len(datasets):
        raise ValueError(
            "must supply lists of the same length for the datasets, paths and groups arguments to save_mfdataset"
        )
    for dataset in datasets:
        if not isinstance(dataset, xr.Dataset):
            raise TypeError(
                "save_mfdataset only supports writing Dataset objects, received type " + type(dataset).__name__
            )
    written = [
        dataset.to_netcdf(path, format=format, engine=engine, compute=compute, **kwargs)
        for dataset, path in zip(datasets, paths)
    ]
    return None if compute else dask.delayed(written)
