import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature.astype("float64")
groups = x.groupby("time.month")
climatology = groups.mean()
anomaly = groups - climatology
print(anomaly.dims, anomaly.name, list(anomaly.coords), anomaly.attrs)
print(anomaly.month.values[:40:10], anomaly.month.dims)
anomaly.drop_vars("month").chunk({"time": 100, "y": 3, "x": 7}).to_dataset(name="a").to_zarr("out/groupby_anomaly_a.zarr", mode="w")
odd = x.chunk({"time": 7}).groupby("time.month")
(odd - odd.mean()).drop_vars("month").to_dataset(name="a").to_zarr("out/groupby_anomaly_odd.zarr", mode="w")
print((abs(anomaly.mean("time")) < 1e-3).all().values, anomaly.max("time").isel(y=0).values)
standardised = (x.groupby("time.month") - climatology).groupby("time.month") / groups.std()
print(standardised.max("time").isel(x=1).values)
reflected = climatology - groups
print(reflected.isel(time=100, y=1).values)
turned = x.transpose("x", "y", "time")
print((turned.groupby("time.month") - turned.groupby("time.month").mean()).std().values)
both = ds.groupby("time.month") - ds.groupby("time.month").mean().compute()
print({name: variable.dims for name, variable in both.data_vars.items()})
for name in both.data_vars:
    print(name, both[name].max().values.round(3))
