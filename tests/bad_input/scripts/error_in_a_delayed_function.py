"""The line is that within the function, which runs when its result is computed.

Expects: no_such_name
"""
import dask
import xarray as xr


@dask.delayed
def mean_of(path, name):
    return float(xr.open_zarr(path)[name].mean())  # fails here


dask.compute([mean_of("in/good.zarr", "value"), mean_of("in/good.zarr", "no_such_name")])
