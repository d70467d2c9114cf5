"""Writes that wait: NetCDF files and parts of Zarr stores, computed alone, together and below a progress bar."""
import os

import dask
import numpy as np
import xarray as xr
from dask.diagnostics import ProgressBar

cube = xr.open_zarr("in/cube.zarr", chunks={})[["temperature", "pressure"]].drop_vars(["station", "level"]).drop_encoding()

delayed = cube.to_netcdf("out/delayed_writes.nc", encoding={"temperature": {"zlib": True, "dtype": "float32"}}, compute=False)
with ProgressBar(out=open(os.devnull, "w")):
    print(delayed.compute())
print(type(delayed).__name__, isinstance(delayed, dask.delayed("").__class__.__mro__[1]))
print(float(abs(xr.open_dataset("out/delayed_writes.nc").pressure - cube.pressure).max()))

monthly = [cube.isel(time=slice(start, start + 4)).mean("time") for start in (0, 4, 8)]
paths = [f"out/delayed_writes_{number}.nc" for number in range(3)]
print(dask.compute(*[part.to_netcdf(path, compute=False) for part, path in zip(monthly, paths)]))
print(dask.compute([part.to_netcdf(path, compute=False) for part, path in zip(monthly, paths)], cube.pressure.max()))
for path in paths:
    print(path, float(xr.open_dataset(path).temperature.sum()))
print(cube.pressure.mean("time").to_netcdf("out/delayed_writes_array.nc", compute=False).compute())

delayed = xr.save_mfdataset(monthly, [f"out/delayed_writes_many_{number}.nc" for number in range(3)], compute=False)
print(delayed.compute())
print(float(xr.open_dataset("out/delayed_writes_many_1.nc").temperature.sum() - monthly[1].temperature.sum()))

# A store becomes longer at once, and gets its values later.
store = "out/delayed_writes_append.zarr"
cube.isel(time=slice(0, 5)).to_zarr(store, mode="w", encoding={"temperature": {"chunks": (5, 8, 10)}, "pressure": {"chunks": (5, 8, 10)}})
delayed = cube.isel(time=slice(5, 10)).to_zarr(store, append_dim="time", compute=False)
longer = xr.open_zarr(store)
print(longer.sizes["time"], longer.time.values[-1], int(longer.temperature.isel(time=slice(5, 10)).count()))
delayed.compute()
print(float(abs(xr.open_zarr(store).temperature - cube.temperature.isel(time=slice(0, 10))).sum()))
more = cube.isel(time=slice(10, 12))
more.to_zarr(store, append_dim="time", compute=False)
more.drop_vars(["y", "x"]).to_zarr(store, region={"time": slice(10, 12)})
print(float(abs(xr.open_zarr(store).temperature - cube.temperature).sum()))

# Two regions by one computation.
regions = "out/delayed_writes_regions.zarr"
(cube.chunk(time=6, y=8, x=10) * 0).to_zarr(regions, mode="w", encoding={"temperature": {"chunks": (6, 8, 10)}, "pressure": {"chunks": (6, 8, 10)}})
halves = [slice(0, 6), slice(6, 12)]
parts = [cube.chunk(time=6).isel(time=half).drop_vars(["y", "x"]) for half in halves]
dask.compute(*[part.to_zarr(regions, region={"time": half}, compute=False) for part, half in zip(parts, halves)])
print(float(abs(xr.open_zarr(regions).pressure - cube.pressure).sum()))
labelled = [(cube * 2).chunk(time=6).isel(time=half) for half in halves]
dask.compute([part.to_zarr(regions, region="auto", compute=False) for part in labelled])
print(float(abs(xr.open_zarr(regions).pressure - cube.pressure * 2).sum()))

# What is in memory needs no computation.
small = cube.isel(time=slice(0, 2), y=slice(0, 2), x=slice(0, 2)).compute()
print(small.to_zarr("out/delayed_writes_small.zarr", mode="w", compute=False).compute())
print(np.round(float(xr.open_zarr("out/delayed_writes_small.zarr").temperature.sum()), 3))
