"""Times selected by dates, parts of dates, `datetime`s, arrays and truth values, in every calendar."""
import datetime

import numpy as np
import xarray as xr

x = xr.open_zarr("in/seasons.zarr").temperature.isel(y=0, x=0)
for label in ("2000", "2000-02", "2000-02-29", slice("2000-01", "2000-03"), slice("2001-11-05", None), slice(None, "1999-01-05")):
    found = x.sel(time=label)
    print(label, found.sizes, str(found.time.values.ravel()[0])[:10], str(found.time.values.ravel()[-1])[:10])
print(x.sel(time=datetime.datetime(2000, 3, 1)).values, x.sel(time=np.datetime64("2000-03-01")).values, x.sel(time="2000-03-01").time.values)
print(x.sel(time=["2000-01-01", "1999-05-07"]).time.values, x.sel(time=[datetime.datetime(2000, 1, 1)]).values)
print(x.sel(time=np.array(["1999-01-02", "1999-01-09"], dtype="datetime64[ns]")).values, x.loc["1999-07"].shape, x["time"].loc["1999-07-01":"1999-07-03"].values)
print(x.sel(time=slice(datetime.datetime(1999, 3, 1), datetime.datetime(1999, 3, 4))).time.dt.day.values)
print(x.sel(time="2000-02-10T15:00", method="nearest").time.values, x.sel(time="2000-02-10T15:00", method="pad").time.values)
print(x.sel(time=x.time.dt.month == 2).sizes, x.sel(time=x.time.dt.month.isin([6, 7, 8])).sizes, x.isel(time=(x.time.dt.dayofyear < 4).values).time.dt.year.values)
print(x.where(x.time.dt.season == "DJF", drop=True).sizes, x[x.time.dt.year == 2001].sizes, x.sel(time=(x.time > np.datetime64("2001-12-25"))).sizes)
print(x.sel(time=x.time[::400]).time.values, x.sel(time=x.time.isel(time=5)).values)
print(x.groupby("time.year").count().values, x.sel(time="2000").sel(time="2000-06-15").values, x.time.sel(time="2001-01").size)
for calendar in ("360_day", "noleap", "julian", "all_leap"):
    ds = xr.open_zarr(f"in/calendar_{calendar}.zarr")
    first, year = str(ds.time.values[0])[:10], int(ds.time.dt.year[40])
    print(calendar, first, ds.sel(time=f"{year}").sizes["time"], ds.sel(time=f"{year}-{int(ds.time.dt.month[40]):02d}").sizes["time"])
    print(ds.sel(time=slice(f"{year}-03", f"{year}-04")).sizes["time"], ds.t.sel(time=ds.time[7]).values, ds.sel(time=ds.time.dt.month == 5).sizes["time"])
for wrong in (
    lambda: x.sel(time="1990-01-01"),
    lambda: x.sel(time="no date"),
    lambda: x.sel(time=slice("2000-13", None)),
    lambda: x.sel(time="2000-01-01T12:00"),
    lambda: x.sel(nothing=3),
):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
