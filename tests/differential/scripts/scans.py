"""Sums so far, and gaps filled from their neighbours."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature.isel(time=slice(0, 250)).astype("float64") / 280
for name in ["cumsum", "cumprod"]:
    so_far = getattr(x, name)("time")
    print(name, so_far.dims, so_far.dtype, list(so_far.coords), so_far.attrs, so_far.isel(y=1, x=1).values[[0, 1, 100, 249]])
print(ds.visits.cumsum("time").dtype, ds.visits.cumsum("time").isel(y=2).values[-3:], x.cumsum("time", skipna=False).isnull().sum().values)
print(x.isel(time=slice(0, 4)).cumsum().isel(time=3).values)
hourly = xr.open_zarr("in/hours.zarr").hourly
xr.set_options(use_numbagg=True)
for filled in [hourly.ffill("time"), hourly.bfill("time"), hourly.ffill("time", limit=1), hourly.bfill("time", limit=2)]:
    print(filled.dims, filled.dtype, filled.isel(y=1).values[:20], filled.isnull().sum().values)
print(ds.visits.ffill("time").dtype)
hourly = hourly.chunk({"time": -1})
between = hourly.interpolate_na("time")
print(between.dtype, between.isel(y=2).values[:20], between.isnull().sum().values)
print(hourly.interpolate_na("time", method="nearest").isel(y=2).values[:20])
print(hourly.interpolate_na("time", use_coordinate=False).isel(y=0).values[-8:])
xr.Dataset({"so_far": x.cumsum("time"), "filled": ds.temperature.ffill("time")}).chunk({"time": 100, "y": 3, "x": 7}).to_zarr("out/scans.zarr", mode="w")
xr.set_options(use_numbagg=False)
