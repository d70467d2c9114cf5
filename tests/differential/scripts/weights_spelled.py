"""`weighted`: every summary over arrays and datasets, missing values and weights, zonal and global means, quantiles."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr").load()
t = ds.temperature
weights = np.cos(np.deg2rad(ds.y))
weights.name = "weights"
by_latitude = t.weighted(weights)
print(by_latitude, by_latitude.mean(("y", "x")).values[:3], by_latitude.mean("y").shape, by_latitude.mean().values, by_latitude.mean(("y", "x")).attrs)
for name in ("mean", "sum", "std", "var", "sum_of_weights", "sum_of_squares"):
    print(name, getattr(by_latitude, name)(("y", "x") if "of_weights" not in name else "y").values[..., :2], getattr(ds[["wind", "height"]].weighted(weights), name)("y").height.values[:3])
print(by_latitude.quantile([0.25, 0.5], dim=("y", "x")).dims, by_latitude.quantile(0.5, dim="y").isel(time=0).values[:3], by_latitude.mean("y", skipna=False).isnull().sum().values, by_latitude.sum("y", skipna=True).isel(time=0).values[:2])
areas = weights.broadcast_like(ds.height) * xr.ones_like(ds.height)
print(t.weighted(areas).mean(("y", "x")).values[:2], t.weighted(areas.where(ds.height > 500, 0)).mean(("y", "x")).values[:2], t.weighted(areas.fillna(0)).sum_of_weights(("y", "x")).values[:2])
print(list(ds.weighted(weights).mean("y").data_vars), ds.weighted(weights).mean("y").gravity.values, (ds.weighted(weights).mean("y").temperature - by_latitude.mean("y")).max().values)
print(ds.weight.weighted(xr.DataArray([1, 2, 3], dims="y", coords={"y": [60.0, 59.5, 59.0]})).mean().values, t.weighted(xr.zeros_like(weights)).mean().values)
days = ds.time.dt.days_in_month
print(ds.temperature.weighted(days).mean("time").isel(y=0, x=0).values, (t * days).sum("time").isel(y=1, x=1).values / days.sum().values, t.groupby("time.month").mean().weighted(xr.DataArray([31], dims="month", coords={"month": [1]})).mean("month").shape)
rolled = t.weighted(weights).mean(("y", "x")).rolling(time=3, center=True, min_periods=2).mean()
print(rolled.values, (rolled - rolled.mean()).values[:2], t.chunk(y=5).weighted(weights.chunk(y=4)).mean("y").isel(time=0).values[:2])
for wrong in (lambda: t.weighted([1, 2]), lambda: t.weighted(weights.where(weights > 0.6)).mean(), lambda: by_latitude.mean("nope"), lambda: t.weighted(weights.rename(y="q")).mean("q"), lambda: by_latitude.quantile(2.0)):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
