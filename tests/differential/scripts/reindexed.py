"""`reindex`, `reindex_like`, `roll`, `shift`, `pad`, `diff`: dtypes, fill values, labels at the ends."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")[["temperature", "height"]].isel(time=slice(0, 5), y=slice(0, 4), x=slice(0, 6)).load()
t = ds.temperature.isel(y=0)
count = xr.DataArray(np.arange(5), dims="time", coords={"time": ds.time}, name="count")
print(t.reindex(x=[-5, -4.9, -4.75]).isel(time=0).values, t.reindex(x=[-5.1, -4.6], method="nearest", tolerance=0.2).isel(time=0).values)
print(count.reindex(time=ds.time[::2]).dtype, count.reindex(time=np.array(["2001-01-15", "2001-02-01"], dtype="datetime64[ns]")).values)
print(count.reindex(time=np.array(["2001-01-15", "2001-02-01"], dtype="datetime64[ns]"), fill_value=-1).values, ds.reindex(x=[-5.0, 0.0], fill_value={"height": -9.0}).height.values)
print(ds.reindex(y=sorted(ds.y.values)).y.values, sorted(ds.reindex_like(ds.isel(x=slice(2, None), time=[0, 4])).sizes.items()), t.reindex_like(count.isel(time=slice(3))).shape)
days = xr.date_range("2001-01-14", periods=8, freq="12h")
for method in ("ffill", "bfill", "nearest"):
    print(method, count.reindex(time=days, method=method).values)
print(count.shift(time=2).values, count.shift(time=-1, fill_value=0).values, count.roll(time=2).time.values[:1], count.roll(time=2, roll_coords=True).time.values[:1])
print(ds.shift(x=1).height.isel(y=0).values, ds.roll(x=-1).height.isel(y=0).values[:2], t.shift(time=1, x=2).isnull().sum().values, t.shift(time=9).count().values)
for mode in ("constant", "edge", "reflect", "symmetric", "wrap"):
    print(mode, count.pad(time=(2, 1), mode=mode).values, count.pad(time=(2, 1), mode=mode).dtype)
print(count.pad(time=1, constant_values=7).values, ds.height.pad(x=(0, 2), y=1).shape, ds.pad(x=1).x.values[[0, -1]])
print(count.diff("time").values, count.diff("time", n=2).time.values, count.diff("time", label="lower").time.values[0], ds.diff("x").height.isel(y=0).values, sorted(ds.diff("time").sizes.items()))
print(ds.time.diff("time").values[0], ds.time.diff("time").dt.days.values, (ds.time - ds.time[0]).dt.total_seconds().values)
lazy = count.chunk(time=2)
print(lazy.diff("time").compute().values, lazy.shift(time=1).values, lazy.pad(time=(1, 0), mode="edge").values, lazy.reindex(time=days[:3], method="ffill").values, lazy.roll(time=1).values)
for wrong in (lambda: t.reindex(x=[1], method="median"), lambda: count.diff("x"), lambda: count.shift(x=1), lambda: xr.concat([t, t], "x").reindex(x=[1])):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
