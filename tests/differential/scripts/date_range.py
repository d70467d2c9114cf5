"""Points in time by frequencies."""
import cftime
import numpy as np
import xarray as xr

for options in [
    {"start": "2000-01-01", "periods": 5},
    {"start": "2000-01-15", "end": "2000-06-01", "freq": "MS"},
    {"start": "2000-01-15", "periods": 4, "freq": "2ME"},
    {"end": "2001-03-31", "periods": 3, "freq": "QE"},
    {"start": "1999-12-31T18:00", "periods": 4, "freq": "6h"},
    {"start": "2000-02-27", "periods": 5, "calendar": "noleap", "use_cftime": True},
    {"start": "2000-02-29", "periods": 4, "freq": "ME", "calendar": "360_day", "use_cftime": True},
    {"start": "0001-01-01", "end": "0001-01-04", "calendar": "julian", "use_cftime": True},
]:
    print(options, np.asarray(xr.date_range(**options)))
day = cftime.Datetime360Day(2000, 2, 30, 12)
print(repr(day), day, day.year, day.month, day.day, day.hour, day.calendar, day.strftime("%Y/%m/%d"), f"{day}")
x = xr.DataArray(np.arange(60.0), dims="time", coords={"time": xr.date_range("2000-01-01", periods=60, calendar="360_day", use_cftime=True)})
print(x.sel(time=cftime.Datetime360Day(2000, 2, 30)).item(), x.sel(time=slice("2000-02-25", None)).values)
print(day > cftime.Datetime360Day(2000, 1, 1), day == cftime.Datetime360Day(2000, 2, 30, 12))
print(x)
