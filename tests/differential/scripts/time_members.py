"""Members of `.dt` that are rarer: weeks, years as numbers, spans of time."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
time = ds.time
week = time.dt.isocalendar()
print(list(week.data_vars), list(week.coords), week.year.dtype, week.week.values[:10], week.weekday.values[-9:], week.year.values[[0, 1, 2, 364, 365]])
for name in ["day_of_week", "day_of_year", "decimal_year"]:
    field = getattr(time.dt, name)
    print(name, field.dtype, field.name, field.values[[0, 1, 59, 400, -1]])
print(time.dt.week.values[:3], time.dt.weekofyear.values[-3:])
odd = xr.date_range("1999-12-30T18:30:15", periods=5, freq="17h", use_cftime=True, calendar="noleap")
odd = xr.DataArray(odd, dims="time", coords={"time": odd})
print(odd.dt.decimal_year.values, odd.dt.day_of_year.values)
span = time - np.datetime64("2000-06-01T12:34:56.789", "ns")
for name in ["days", "seconds", "microseconds", "nanoseconds"]:
    field = getattr(span.dt, name)
    print(name, field.dtype, field.name, field.dims, field.values[[0, 1, -1]])
seconds = span.dt.total_seconds()
print(seconds.dtype, seconds.name, seconds.values[[0, 1, -1]])
for rounded in [span.dt.floor("D"), span.dt.ceil("6h"), span.dt.round("h")]:
    print(rounded.dtype, rounded.name, rounded.values[[0, 1, -1]])
