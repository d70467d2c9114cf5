"""Groups of several keys, and those that `xarray.groupers` makes."""
import numpy as np
import xarray as xr
from xarray.groupers import BinGrouper, SeasonGrouper, TimeResampler, UniqueGrouper

ds = xr.open_zarr("in/seasons.zarr")
ds = ds.assign_coords(year=ds.time.dt.year, month=ds.time.dt.month)
x = ds.temperature.astype("float64")
g = x.groupby(["year", "month"])
mean = g.mean()
print(mean.dims, mean.shape, mean.dtype, sorted(mean.coords), mean.attrs, mean.isel(y=1, x=2).values)
short = x.isel(time=slice(0, 400)).transpose("y", "time", "x").groupby(["year", "month"])
for name in ["mean", "sum", "count", "max", "first", "any", "std"]:
    found = getattr(short, name)()
    print(name, found.dims, found.dtype, found.isel(x=0, y=0).values)
print(len(short), list(short.groups)[:3], len(short.groups[(1999, 2)]))
print(short.quantile([0.1, 0.5]).dims, short.quantile(0.5).isel(x=1, y=1, year=0).values, short.median().isel(x=1, y=1).values)
parts = short.map(lambda part: part.max("time") - part.min("time"))
print(parts.dims, parts.isel(x=1, y=1).values)
kept = short.map(lambda part: part - part.mean("time"))
print(kept.dims, kept.isel(x=1, y=1).values[:5])
pair = ds[["temperature", "visits"]].groupby(["year", "month"]).sum()
print({name: pair[name].dims for name in pair.data_vars}, pair.visits.isel(y=1, year=1).values)
seasons = x.groupby(time=SeasonGrouper(["DJF", "MAM", "JJA", "SON"])).mean()
print(seasons.dims, seasons.season.values, seasons.isel(x=0, y=0).values)
print(x.groupby(time=SeasonGrouper(["JJAS", "NDJ"])).max().isel(x=1, y=1).values)
both = x.groupby(year=UniqueGrouper(), time=SeasonGrouper(["DJFM", "AMJJ"])).mean()
print(both.dims, both.season.values, both.isel(x=1, y=1).values)
chosen = x.groupby(year=UniqueGrouper(labels=[1999, 2005, 2000])).mean()
print(chosen.dims, chosen.year.values, chosen.isel(x=0, y=0).values)
bins = ds.height.groupby(x=BinGrouper([0, 2, 5, 12], labels=["near", "mid", "far"])).sum()
print(bins.dims, bins.x_bins.values, bins.isel(y=1).values)
print(x.groupby({"time": TimeResampler("YS")}).mean().time.values, x.groupby(time=TimeResampler("6MS")).max().isel(x=0, y=0).values)
three = ds.assign_coords(half=(ds.time.dt.day > 15).astype("int64")).visits.groupby(["year", "month", "half"]).sum()
print(three.dims, three.shape, three.isel(y=1, year=2).values)


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: g - mean)
attempt(lambda: x.groupby(["year", "nope"]))
attempt(lambda: x.groupby())
attempt(lambda: x.groupby(time=SeasonGrouper(["DJF", "XY"])).mean())
mean.drop_attrs().drop_vars("level").chunk({"year": 1, "month": 12, "y": 3, "x": 7}).to_dataset(name="m").to_zarr("out/groupers.zarr", mode="w")
