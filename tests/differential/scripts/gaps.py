"""Gaps that are interpolated: only short ones, only so many values, along other coordinates."""
import numpy as np
import xarray as xr

xr.set_options(use_numbagg=True)
hourly = xr.open_zarr("in/hours.zarr").hourly.chunk({"time": -1})
for found in [hourly.interpolate_na("time", max_gap="3h"), hourly.interpolate_na("time", max_gap=np.timedelta64(2, "h")), hourly.interpolate_na("time", max_gap="4h", limit=1), hourly.interpolate_na("time", max_gap=2, use_coordinate=False), hourly.interpolate_na("time", limit=2, keep_attrs=False)]:
    print(found.dims, found.dtype, found.attrs, found.isel(y=2).values[:24], found.isnull().sum().values)
number = xr.DataArray(np.arange(hourly.sizes["time"]) ** 1.1, dims="time")
other = hourly.assign_coords(place=number)
print(other.interpolate_na("time", use_coordinate="place").isel(y=2).values[:24])
row = xr.DataArray([np.nan, 1.0, np.nan, np.nan, 4, np.nan, 6], dims="x", coords={"x": [0.0, 1, 2, 3, 4, 5, 7]})
print(row.interpolate_na("x", max_gap=2).values, row.interpolate_na("x", max_gap=3.0, method="nearest").values)
print(row.to_dataset(name="r").interpolate_na("x", max_gap=3).r.values)
print(row.cumulative_integrate("x").values, row.fillna(0).cumulative_integrate("x").values)


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: row.interpolate_na("x", max_gap=[1, 2]))
attempt(lambda: hourly.interpolate_na("time", max_gap="3h", use_coordinate=False))
attempt(lambda: row.interpolate_na("x", use_coordinate="nope"))
xr.set_options(use_numbagg=False)
