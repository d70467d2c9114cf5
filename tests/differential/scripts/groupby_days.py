import xarray as xr

ds = xr.open_zarr("in/hours.zarr")
x = ds.hourly
daily = x.groupby(x.time.dt.floor("D")).max(skipna=True)
print(daily.dims, daily.shape, daily.dtype, list(daily.coords))
print(daily.floor.values[[0, 1, -1]])
daily.chunk({"floor": 2, "y": 5}).to_dataset(name="d").to_zarr("out/groupby_days_d.zarr", mode="w")
hours = x.groupby(x.time.dt.hour).mean()
print(hours.dims, hours.hour.values)
print(hours.isel(y=3).values)
print(x.time.dt.floor("6h").values[3:9], x.time.dt.round("D").values[[11, 12, 13]], x.time.dt.ceil("h").values[:2])
for name in ["year", "month", "day", "hour", "minute", "second", "dayofyear", "dayofweek", "quarter", "season", "days_in_month"]:
    field = getattr(x.time.dt, name)
    print(name, field.name, field.dtype.kind, field.dims, field.values[::20])
