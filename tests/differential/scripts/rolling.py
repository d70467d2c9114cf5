"""Windows along one and several dimensions."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature
for name in ["mean", "sum", "min", "max", "std", "var", "count", "prod"]:
    rolled = getattr((x / 280).rolling(time=7), name)()
    print(name, rolled.dims, rolled.dtype, list(rolled.coords), rolled.attrs, rolled.isel(y=2, x=3, time=slice(4, 12)).values)
print(x.rolling(time=7, min_periods=2).median().astype("float32").isel(y=2, x=3, time=slice(0, 12)).values)
for size, center, least in [(24, True, 12), (5, False, 1), (4, True, None), (1, False, None), (2000, True, 3)]:
    rolled = x.rolling(time=size, center=center, min_periods=least).mean()
    print(size, center, least, rolled.isel(y=1, x=1, time=[0, 1, 2, 500, 1094, 1095]).values)
whole = x.rolling(time=31, center=True, min_periods=10)
xr.Dataset({"mean": whole.mean(), "std": whole.std(ddof=1)}).chunk({"time": 100, "y": 5, "x": 7}).to_zarr("out/rolling_month.zarr", mode="w")
plane = x.isel(time=slice(0, 3)).rolling(y=3, x=2, center={"y": True, "x": False}, min_periods=2)
print(plane.mean().isel(time=1).values, plane.max().dtype, plane.count().isel(time=0).values)
print(ds.visits.rolling(time=3).sum().dtype, ds.visits.rolling(time=3).max().dtype, ds.visits.rolling(time=3).mean().isel(y=1).values[:5])
print(ds.visits.rolling(y=2).std().dtype, ds.visits.rolling(y=2, min_periods=1).sum().isel(time=7).values)
rolled = ds.rolling(time=10, min_periods=5).sum()
print(list(rolled.data_vars), rolled.height.dims, rolled.visits.dtype, rolled.attrs)
print(x.rolling(time=5).mean(keep_attrs=False).attrs, x.rolling(time=3, center=True))
built = ds.visits.rolling(time=4).construct("window")
print(built.dims, built.dtype, built.isel(y=0, time=slice(0, 3)).values)
built = ds.visits.rolling(time=3, center=True).construct("window", stride=200, fill_value=0)
print(built.dims, built.dtype, built.shape, built.isel(y=0).values)
print(x.rolling(time=30).construct("w").mean("w").isel(y=1, x=1, time=slice(27, 32)).values)
print((x - x.rolling(time=9, center=True, min_periods=1).mean()).std().values)
