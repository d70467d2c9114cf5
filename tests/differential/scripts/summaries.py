"""Every reduction over arrays and datasets by several dims, `...` and axes; orders, extremes and where they are; sums so far."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")[["temperature", "height", "station"]].isel(time=slice(0, 6)).load()
t = ds.temperature.astype("float64").load()
for name in ("mean", "sum", "min", "max", "std", "var", "prod", "median", "count", "any", "all"):
    scaled = (t - 280) / 20 if name == "prod" else t
    whole = scaled.compute() if name == "median" else scaled
    one, both, every = getattr(scaled, name)("time"), getattr(scaled, name)(["y", "x"]), getattr(whole, name)(...)
    print(name, one.shape, one.dtype, both.values[:2], every.values, getattr(scaled, name)(axis=0).dims, list(one.coords))
print(t.median("x").isel(time=0).values[:3], ds.median(("time", "x")).temperature.values[:2], ds.compute().median().height.values)
for method in ("linear", "lower", "higher", "nearest", "midpoint", "hazen", "weibull", "median_unbiased"):
    print(method, t.quantile(0.3, "time", method=method).isel(y=2, x=slice(0, 3)).values, ds.height.quantile([0.1, 0.9], method=method).values)
print(t.quantile([0.25, 0.75], dim=("y", "x")).dims, ds.quantile(0.5, "time").temperature.shape, t.quantile(0.5, "time", skipna=False).isnull().sum().values, t.quantile(0.5).coords["quantile"].values)
filled = t.fillna(0)
print(filled.argmax("time").isel(y=0).values[:4], filled.argmin("x").dtype, filled.idxmax("x").isel(time=0).values[:3], filled.idxmin("time").isel(y=0, x=0).values)
print(t.argmax("time").isel(y=slice(0, 2), x=slice(0, 3)).values, t.idxmax("y").isel(time=0, x=slice(0, 3)).values, {k: v.values for k, v in filled.isel(time=0).argmax(...).items()})
print(ds.fillna(0).argmax("y").height.values[:4], ds.idxmin("y").height.values[:4], ds.height.argmax().values)
print(t.cumsum("time").isel(y=0, x=0).values, ds.cumsum("y").height.isel(x=0).values[:4], t.cumprod("time", skipna=False).isnull().sum().values, ds.height.cumsum().isel(y=-1, x=-1).values, ds.cumsum(["y", "x"]).sizes)
print(filled.argsort(axis=0).isel(y=0, x=0).values, ds.station.argsort().values[:3])
print(t.std("time", ddof=1).mean().values, ds.var("time", ddof=1).temperature.mean().values, t.sum("time", min_count=6).isnull().sum().values, t.mean("time", skipna=False).count().values)
print(t.mean("time", keep_attrs=True).attrs, t.mean("time", keep_attrs=False).attrs, ds.mean("time").attrs.keys(), ds.max().height.values, ds.sum(("x", "y")).temperature.dims)
print(t.reduce(np.mean, "time").isel(y=0, x=0).values, ds.height.reduce(np.sum, axis=1).values[:2], ds.reduce(np.max, dim="x").height.values[:2])
print(t.groupby("time.day").first().shape, t.groupby("time.day").last().isel(y=0, x=0).values, t.notnull().all().values, t.isnull().any("time").sum().values)
for wrong in (lambda: t.mean("nope"), lambda: t.mean("time", axis=0), lambda: t.quantile(1.5), lambda: t.quantile(0.5, "nope"), lambda: t.argmax("nope"), lambda: t.cumsum("nope"), lambda: t.idxmax()):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
