import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
means = ds.groupby("time.season").mean()
print({name: (variable.dims, str(variable.dtype), variable.attrs) for name, variable in means.data_vars.items()})
print(list(means.coords), means.attrs)
means.chunk({"season": 4, "y": 5, "x": 7}).to_zarr("out/groupby_dataset_means.zarr", mode="w")
print(ds.groupby("time.month").mean(["time", "x"]).temperature.dims)
print(ds[["temperature"]].groupby("time.month").count().temperature.sum().values)
statistics = xr.Dataset({"mean": ds.temperature.mean("time"), "std": ds.temperature.std("time")})
statistics.to_zarr("out/groupby_dataset_statistics.zarr", mode="w")
