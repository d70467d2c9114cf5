import datetime

import numpy as np
import pandas as pd
import xarray as xr

days = pd.date_range("2001-01-01", "2001-12-31", freq="D")
array = xr.DataArray(np.arange(len(days), dtype=float), coords={"time": days}, dims="time", name="a")
print(array.time.dtype, array.resample(time="MS").mean().values)
print(array.sel(time=pd.Timestamp("2001-05-01")).item(), array.sel(time=pd.Timestamp(2001, 5, 2)).item())
start = pd.to_datetime("2001-06-01")
end = start + pd.Timedelta(days=30)
print(start, end, array.sel(time=slice(start, end)).sum().item(), (end - start).days)
for text in ["2001-02-03", "20010203", "2001-02", "2001-02-03 04:05", "2001-02-03T04:05:06"]:
    print(pd.Timestamp(text), pd.to_datetime(text).isoformat())
print(pd.Timestamp(year=2001, month=2, day=3, hour=4).strftime("%Y%m%d%H"), pd.Timestamp(datetime.date(2001, 2, 3)))
moment = pd.to_datetime(days[10])
print(moment.year, moment.month, moment.day, pd.Timestamp(array.time.values[3]), pd.Timestamp(np.datetime64("2001-01-01T05", "ns")))
print(pd.to_datetime("03/02/2001", format="%d/%m/%Y"), pd.to_datetime(["2001-01-01", "2002-02-02"]).dtype)
print(xr.DataArray(pd.to_datetime(["20010101", "20020202"], format="%Y%m%d"), dims="x").values)
lengths = [pd.Timedelta(1, "D"), pd.Timedelta("1D"), pd.Timedelta("2h 30min"), pd.Timedelta("1 days 06:00:00"), pd.Timedelta(hours=5)]
print([length.total_seconds() for length in lengths + [pd.to_timedelta(3, unit="h"), pd.Timedelta(np.timedelta64(90, "m"))]])
later = array.assign_coords(time=array.time + pd.Timedelta("12h"))
print(later.time.values[0], (array.time > pd.Timestamp("2001-12-30")).sum().item())
print(xr.DataArray(pd.to_timedelta([1, 2, 3], unit="D"), dims="x").values, pd.to_timedelta(np.arange(2), "h").dtype)
print(pd.isnull(np.nan), pd.isna(None), pd.notnull(1.0), pd.isnull("text"), pd.notna(np.array([1.0, np.nan])), pd.isnull(pd.NaT))
print([str(month.date()) for month in [pd.Timestamp("2000-01-31"), pd.Timestamp("2000-02-29")]])
for wrong in ["no date", "2001-13-01"]:
    try:
        pd.Timestamp(wrong)
    except ValueError as error:
        print("ValueError")
start = pd.Timestamp("2001-01-01")
# What is finer than microseconds is refused, where pandas holds it; it is never cut off.
finer = [
    lambda: pd.Timestamp("2001-02-03T04:05:06.123456789") == pd.Timestamp("2001-02-03T04:05:06.123456"),
    lambda: pd.to_datetime(["2001-02-03T04:05:06.123456789"])[0] == pd.to_datetime(["2001-02-03T04:05:06.123456"])[0],
    lambda: pd.Timestamp(np.datetime64("2001-01-01", "ns") + np.timedelta64(5, "ns")) == start,
    lambda: pd.Timedelta(10) == pd.Timedelta(0, "s"),
    lambda: pd.Timedelta(np.timedelta64(10, "ns")) == pd.Timedelta(0, "s"),
    lambda: pd.Timedelta("10ns") == pd.Timedelta("0s"),
    lambda: pd.Timedelta(seconds=1e-7) == pd.Timedelta("0s"),
    lambda: pd.to_timedelta([1, 2])[0] == pd.to_timedelta([0, 0])[1],
    lambda: pd.date_range("2001-01-01", periods=2, freq="5ns")[1] == pd.date_range("2001-01-01", periods=2)[0],
]
for wrong in finer:
    try:
        print(bool(wrong()))
    except NotImplementedError:
        print(False)
print([pd.isnull(span) for span in [pd.Timedelta(np.nan), pd.Timedelta(float("nan"), "D"), pd.Timedelta("NaT"), pd.Timedelta(1, "D")]])
print(pd.isnull(pd.to_timedelta([1, np.nan], unit="D")))
print([pd.Timedelta(number, unit).total_seconds() for number in [1.1, 3.2, 0.1, -1.5, 7] for unit in ["D", "h", "m", "s", "ms"]])
print(pd.Timedelta(0.29, "s").total_seconds(), pd.Timedelta(2000.1, "h").total_seconds())
print(pd.Timedelta(5000) == pd.Timedelta(5, "us"), pd.Timedelta(weeks=1, minutes=2, microseconds=3.0).total_seconds())
for text in ["-1D", "+1D", "-1:02:03", "1:60:00", "-1 days +01:00:00", "1 days, 2:00:00", "-1h 30min", "1 days 25:00:00.5", "1.5h"]:
    print(text, pd.Timedelta(text).total_seconds())
for wrong in ["D", "h", "00:30", "1:2:3:4", "--1D", "1 days -1:00:00", "1D 2", "1M", "1e3s", ".5D", "1h-30min", "inf", "1::2"]:
    try:
        print(wrong, pd.Timedelta(wrong).total_seconds())
    except ValueError:
        print(wrong, "ValueError")
for wrong in [(1e300, "D"), (float("inf"), "s"), (10**9, "D"), ("1D", "D"), (True,), (1, "Y"), ()]:
    try:
        print(wrong, pd.Timedelta(*wrong).total_seconds())
    except ValueError:
        print(wrong, "ValueError")
for wrong in [{"years": 1}, {"days": float("nan")}]:
    try:
        print(wrong, pd.Timedelta(**wrong).total_seconds())
    except ValueError:
        print(wrong, "ValueError")
array.to_netcdf("out/pandas_times.nc")
