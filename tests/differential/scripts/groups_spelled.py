"""Groups by fields of times, coordinates, days, bins; arithmetic with what they have; functions of each."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr").isel(time=slice(0, 500))
t = ds.temperature.astype("float64").load()
for key in ("time.month", "time.season", "time.year", "time.dayofweek", t.time.dt.quarter, t.time.dt.month > 6):
    grouped = t.groupby(key)
    print(len(grouped), grouped.mean().dims, grouped.mean().isel(y=0, x=0).values, grouped.mean(...).values[:3], grouped.count().dtype)
climate = t.groupby("time.month").mean("time")
anomaly = t.groupby("time.month") - climate
print(anomaly.dims, anomaly.groupby("time.month").mean(...).round(3).values, abs(anomaly).max().values, list(anomaly.coords))
print((t.groupby("time.month") / t.groupby("time.month").std()).isel(time=0, y=0).values, (ds.groupby("time.season") - ds.groupby("time.season").mean()).visits.isel(time=3).values)
seasons = t.groupby("time.season").mean().sel(season=["DJF", "MAM", "JJA", "SON"])
print(seasons.season.values, seasons.isel(y=0, x=0).values, seasons.sel(season="JJA").mean().values)
print(t.groupby("x").mean(...).values, ds.height.groupby("x").max().dims, ds.height.groupby(ds.x > 4).mean().shape)
bins = ds.height.isel(y=0).groupby_bins("x", [0, 4, 8, 12])
print([str(label) for label in bins.mean().x_bins.values], bins.count().values, bins.sum().values, ds.height.isel(y=0).groupby_bins("x", [0, 4, 13], labels=["low", "high"], right=False).mean().x_bins.values)
print(t.isel(y=0, x=0).groupby_bins(t.time.dt.dayofyear, 3).count().values)
days = t.groupby(t.time.dt.floor("10D"))
print(days.max().floor.values[:2], days.max().shape, days.median().isel(y=0, x=0).values[:2])
standard = t.groupby("time.month").map(lambda part: (part - part.mean("time")) / part.std("time"))
print(standard.dims, standard.isel(time=[0, 40], y=0, x=0).values, t.groupby("time.year").map(lambda part: part.isel(time=0)).dims)
for label, part in list(t.groupby("time.year")):
    print(label, part.sizes, part.mean().values)
print([int(year) for year in t.groupby("time.year").groups], t.groupby("time.year")[2000].sizes, {str(k): len(v) for k, v in t.groupby("time.season").groups.items()})
for name in ("sum", "min", "max", "std", "var", "median", "prod", "any", "all"):
    print(name, getattr((ds.visits % 3).groupby("time.year"), name)().isel(y=0).values, getattr((ds.visits % 3).groupby("time.year"), name)().dtype)
print(t.groupby("time.year").quantile([0.2, 0.8]).dims, t.groupby("time.year").quantile(0.5, "time").isel(y=0, x=0).values, t.groupby("time.year").cumsum().isel(y=0, x=0, time=[0, 364, 365]).values)
print(ds.groupby("time.year").mean().visits.dims, ds.groupby("time.year").mean().height.dims, list(ds.groupby("time.year").mean().coords), ds.groupby("time.year").count().height.dims)
print(t.groupby("time.month").fillna(climate).isnull().sum().values)
for wrong in (lambda: t.groupby("time.nope"), lambda: t.groupby("nope"), lambda: t.groupby("time.month") - 3, lambda: t.groupby("time.month").mean("nope"), lambda: t.groupby("time.month").nope()):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
