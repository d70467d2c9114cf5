"""Times of the CF calendars: read, named, selected, grouped, written."""
import xarray as xr

for calendar in ["360_day", "noleap", "julian", "all_leap"]:
    ds = xr.open_zarr(f"in/calendar_{calendar}.zarr")
    x = ds.t.astype("float64")
    time = x.time
    print(calendar, time.dtype, time.attrs, time.dt.calendar, time.values[:2], time.values[-1], str(time.values[0]))
    for field in ["year", "month", "day", "hour", "dayofyear", "season", "days_in_month"]:
        values = getattr(time.dt, field)
        print(field, values.name, values.values[[0, 45, 399]])
    print(time.dt.strftime("%Y-%m-%d").values[:2], time.dt.floor("D").values[5])
    year = int(time.dt.year[0]) + 1
    print(x.sel(time=str(year)).shape, x.sel(time=f"{year}-02").shape, x.sel(time=slice(f"{year}-01-05", f"{year}-03")).shape)
    print(x.sel(time=f"{year}-02-15").values, x.sel(time=time.values[7]).values, x.isel(time=3).time.values)
    months = x.groupby("time.month").mean()
    print(months.month.values, months.isel(x=1).values)
    print(x.groupby("time.season").mean().season.values)
    for frequency in ["MS", "ME", "QS-DEC", "YS", "10D"]:
        step = x.resample(time=frequency).mean()
        print(frequency, step.dtype, step.time.values[:2], step.time.values[-1], step.isel(x=0).values[:3])
    anomaly = x.groupby("time.month") - months
    print(float(anomaly.std()), (x.time - x.time[0]).dtype, bool((x.time > x.time[3]).sum() == 396))
    print(x.time.max().values, x.isel(time=slice(0, 5)).time.mean().values)
    rolled = x.rolling(time=30, center=True, min_periods=5).mean()
    xr.Dataset({"anomaly": anomaly, "rolled": rolled}).chunk({"time": 90}).to_zarr(f"out/calendars_{calendar}.zarr", mode="w")
    ds.resample(time="MS").mean().chunk({"time": 12}).to_zarr(f"out/calendars_{calendar}_monthly.zarr", mode="w")
