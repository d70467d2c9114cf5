"""A time axis in another calendar."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature.astype("float64")
for calendar in ["noleap", "all_leap", "julian"]:
    found = x.convert_calendar(calendar)
    print(calendar, found.sizes["time"], found.time.dt.calendar, found.time.dt.dayofyear.values[[0, 58, 59, 424, 425, -1]], found.isel(y=1, x=2).values[[0, 424, -1]])
for align in ["date", "year"]:
    found = x.convert_calendar("360_day", align_on=align)
    print(align, found.sizes["time"], found.time.dt.calendar, found.time.dt.day.values[[0, 30, 31, 60, 200, -1]], found.isel(y=0, x=0).values[[0, 31, 300, -1]])
    back = found.convert_calendar("standard", align_on=align)
    print(back.sizes["time"], back.time.dtype, back.time.values[[0, 60, -1]], sorted(back.coords))
filled = x.convert_calendar("360_day", align_on="date", missing=np.nan)
print(filled.sizes["time"], filled.isel(y=1, x=1).values[[0, 59, 60, -1]], filled.isnull().sum().values)
print(x.convert_calendar("noleap", missing=-1.0).sizes, x.convert_calendar("standard").time.dtype)
print(ds.convert_calendar("noleap").sizes, ds.convert_calendar("noleap").visits.dtype)
objects = x.convert_calendar("proleptic_gregorian", use_cftime=True)
print(objects.time.dt.calendar, objects.sizes["time"])
target = xr.DataArray(xr.date_range("1999-03-01", periods=30, freq="11D", calendar="360_day", use_cftime=True), dims="time", name="time")
between = x.interp_calendar(target)
print(between.dims, between.sizes, between.isel(y=2, x=3).values, between.time.dt.calendar)


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: x.convert_calendar("360_day"))
attempt(lambda: x.convert_calendar("nope"))
attempt(lambda: x.convert_calendar("noleap", dim="x"))
found = x.convert_calendar("noleap").drop_attrs().drop_vars("level")
found.chunk({"time": 100, "y": 3, "x": 7}).to_dataset(name="v").to_zarr("out/calendar_conversion.zarr", mode="w")
