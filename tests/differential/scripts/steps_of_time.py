"""`resample` with pandas' offsets, down and up, labels, sides, functions, and in other calendars."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr").isel(time=slice(20, 460), y=slice(0, 2), x=slice(0, 2))
t = ds.temperature
for offset in ("7D", "W", "W-WED", "MS", "ME", "2MS", "QS", "QS-DEC", "QE-NOV", "YS", "YE", "YS-JUL", "100D"):
    try:
        steps = t.resample(time=offset).mean()
        print(offset, steps.sizes["time"], steps.time.values[[0, 1, -1]], steps.isel(y=0, x=0).values[[0, 1, -1]])
    except Exception as error:
        print(offset, type(error).__name__)
hours = xr.open_zarr("in/hours.zarr").hourly
for offset in ("h", "6h", "D", "90min", "12h"):
    print(offset, hours.resample(time=offset).sum().shape, hours.resample(time=offset).max().time.values[-1], hours.resample(time=offset).count().isel(y=0).values[:3])
for options in ({"closed": "right"}, {"label": "right"}, {"closed": "right", "label": "right"}, {"offset": "3h"}, {"origin": "start"}):
    steps = hours.resample(time="D", **options).mean()
    print(options, steps.time.values[[0, -1]], steps.isel(y=1).values)
for name in ("sum", "min", "max", "std", "var", "median", "first", "last", "count", "prod"):
    print(name, getattr(t.resample(time="MS"), name)().isel(y=0, x=0).values[:2])
monthly = ds.resample(time="MS").mean()
print(monthly.visits.dims, monthly.height.dims, list(monthly.coords), monthly.attrs, monthly.temperature.attrs)
months = monthly.temperature
for up in (months.resample(time="7D").ffill(), months.resample(time="7D").bfill(), months.resample(time="7D").nearest(), months.resample(time="7D").asfreq(), months.resample(time="7D").interpolate("linear")):
    print(up.sizes["time"], up.time.values[-1], up.isel(time=slice(0, 4), y=0, x=0).values)
print(t.resample(time="QS-DEC").map(lambda part: part.max("time") - part.min("time")).isel(y=0, x=0).values, t.resample(time="MS").quantile(0.9).isel(y=0, x=0).values[:2])
print(len(t.resample(time="YS")), [str(label)[:10] for label, _ in t.resample(time="YS")])
print(t.rolling(time=30, center=True).mean().resample(time="MS").max().isel(y=0, x=0).values[:3], t.sel(time=t.time.dt.month.isin([12, 1, 2])).resample(time="QS-DEC").mean().dropna("time").sizes)
for calendar in ("360_day", "noleap", "julian"):
    c = xr.open_zarr(f"in/calendar_{calendar}.zarr").t.isel(x=0)
    for offset in ("MS", "QS-DEC", "YS", "10D", "ME"):
        steps = c.resample(time=offset).mean()
        print(calendar, offset, steps.sizes["time"], steps.time.values[0], steps.values[:2])
for wrong in (lambda: t.resample(time="nonsense"), lambda: t.resample(x="MS"), lambda: t.resample(), lambda: t.resample(time="MS", x="MS"), lambda: ds.height.resample(time="MS")):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
