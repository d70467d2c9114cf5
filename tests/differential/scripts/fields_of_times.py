"""`.dt` of moments and spans in every calendar, formats, roundings; `date_range`; `datetime64` and `timedelta64` arithmetic."""
import numpy as np
import xarray as xr

time = xr.open_zarr("in/seasons.zarr").time.isel(time=[0, 58, 59, 364, 365, 424, 425, 1095])
FIELDS = ["year", "month", "day", "hour", "minute", "second", "dayofyear", "dayofweek", "weekday", "quarter", "season", "days_in_month", "daysinmonth", "is_leap_year", "is_month_start", "is_month_end", "is_quarter_end", "is_year_start", "weekofyear"]
for field in FIELDS:
    values = getattr(time.dt, field)
    print(field, values.name, values.dtype.kind, values.values)
print(time.dt.strftime("%Y-%m-%d %H:%M:%S %j %b").values, time.dt.isocalendar().week.values, time.dt.calendar, time.dt.days_in_year.values, time.dt.decimal_year.values)
stamps = time + np.timedelta64(37, "h") + np.timedelta64(25, "m")
for rounding in ("floor", "ceil", "round"):
    print(rounding, [getattr(stamps.dt, rounding)(step).values[1] for step in ("D", "6h", "15min", "h")])
spans = time - time[0]
print(spans.dt.days.values, spans.dt.seconds.values, spans.dt.total_seconds().values, (spans / np.timedelta64(1, "D")).values, spans.max().values, spans.mean().values)
print((time + np.timedelta64(1, "D")).values[0], ((time[1] - time[0]) / np.timedelta64(1, "h")).values, (time > np.datetime64("2000-06-01")).values, time.max().values, time.astype("datetime64[D]").dtype.kind)
print(spans.astype("timedelta64[s]").dtype.kind, (spans * 2).values[1], (-spans).values[1], abs(-spans).dt.days.values[1], time.to_numpy()[0])
for arguments in ({"start": "2000-01-30", "periods": 4, "freq": "ME"}, {"start": "2000-01-01", "end": "2000-01-02", "freq": "8h"}, {"start": "2000", "periods": 3, "freq": "YS"}, {"start": "2000-01-01", "periods": 4, "freq": "QS-DEC"}):
    print(np.asarray(xr.DataArray(xr.date_range(**arguments), dims="t").values))
for calendar in ("360_day", "noleap", "julian", "all_leap"):
    times = xr.open_zarr(f"in/calendar_{calendar}.zarr").time[[0, 20, 100, 399]]
    print(calendar, times.dt.calendar, times.dt.year.values, times.dt.month.values, times.dt.day.values, times.dt.dayofyear.values, times.dt.season.values, times.dt.days_in_month.values)
    print(times.dt.strftime("%Y/%m/%d").values, times.dt.floor("D").values[0], (times[1] - times[0]).values, times.values[0] < times.values[1], times.dt.dayofweek.values)
    months = xr.date_range("2000-01-01", periods=3, freq="MS", calendar=calendar, use_cftime=True)
    print(months[0], months[-1], xr.DataArray(np.arange(3), dims="time", coords={"time": months}).sel(time="2000-02").values)
for wrong in (lambda: xr.DataArray([1, 2]).dt, lambda: time.dt.nope, lambda: time.dt.floor("nope"), lambda: xr.date_range("2000", freq="D")):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
