"""Python's own times, beside numpy's."""

import calendar
import datetime
import time
import warnings
from datetime import date, timedelta

import numpy as np
import xarray as xr

moment = datetime.datetime(2001, 2, 3, 4, 5, 6)
print(moment.isoformat(), moment.strftime("%Y-%m-%d %H:%M:%S %j"), moment + timedelta(days=30, hours=5), (moment - datetime.datetime(2000, 1, 1)).days)
print(datetime.datetime.strptime("2001-02-03 04:05", "%Y-%m-%d %H:%M"), date(2001, 3, 1) - date(2001, 2, 1), moment.date(), moment.weekday(), moment.replace(year=2004).timetuple().tm_yday)
print(datetime.datetime.fromisoformat("2001-02-03T04:05:06"), timedelta(hours=36).total_seconds(), timedelta(seconds=90), moment.time(), moment < moment + timedelta(1))
print(calendar.isleap(2000), calendar.monthrange(2001, 2)[1], calendar.month_name[3], datetime.timezone.utc)
started = time.perf_counter()
print(time.perf_counter() >= started, time.monotonic() > 0, time.strftime("%Y", time.gmtime(0)), time.gmtime(86400).tm_mday)
t = np.datetime64("2001-02-03")
print(t + np.timedelta64(3, "D"), (np.datetime64("2001-03-01") - t).astype(int), np.datetime64(moment) > t)
x = xr.DataArray(np.arange(6.0), dims="time", coords={"time": np.datetime64("2001-01-31", "ns") + np.arange(6) * np.timedelta64(12, "h")})
print(x.sel(time=moment.replace(month=2, day=1, hour=0, minute=0, second=0)).item(), x.sel(time=slice(date(2001, 2, 1), date(2001, 2, 2))).values)
print(x.time.dt.day.values, x.time.values[0], x.time[1].dt.strftime("%Y-%m-%d %H").item(), x.sel(time="2001-02-01").values)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("careful", UserWarning, stacklevel=1)
    print([str(one.message) for one in caught], caught[0].category.__name__)
for wrong in ["datetime.date(2001, 2, 30)", "datetime.datetime.strptime('x', '%Y')"]:
    try:
        eval(wrong)
    except ValueError as error:
        print(type(error).__name__)
