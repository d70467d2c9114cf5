import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature.astype("float64")
for name in ["mean", "sum", "min", "max", "std", "count"]:
    reduced = getattr(x.groupby("time.month"), name)()
    print(name, reduced.dims, reduced.shape, reduced.dtype, list(reduced.coords), reduced.attrs)
    print(reduced.month.values, reduced.month.attrs)
    reduced.chunk({"month": 5, "y": 2, "x": 7}).to_dataset(name=name).to_zarr("out/groupby_months_" + name + ".zarr", mode="w")
print(x.groupby("time.month").mean().sel(month=7).isel(y=2, x=3).values)
print(x.groupby("time.year").std(ddof=1).isel(y=1, x=1).values)
print(x.groupby("time.season").mean().season.values)
print(x.groupby("time.dayofyear").max().dayofyear.values[:5], len(x.groupby("time.dayofyear")))
print(x.groupby("time.month").mean(keep_attrs=False).attrs)
print(x.groupby("time.month").mean(skipna=False).isnull().sum().values)
