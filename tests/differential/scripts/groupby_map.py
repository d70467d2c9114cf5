"""Functions of groups, sums so far within them, values for each of them."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature.astype("float64")
g = x.groupby("time.month")


def standard(part, scale=1.0):
    return (part - part.mean("time")) / part.std("time") * scale


for found in [g.map(standard), g.map(standard, scale=2.0), g.map(lambda part: part.mean("time")), g.map(lambda part: part.isel(time=0)), g.apply(standard, args=(0.5,))]:
    print(found.dims, found.dtype, found.name, list(found.coords), found.attrs, found.isel(y=1, x=2).values[:14])
print(g.map(lambda part: part.isel(time=slice(0, 2))).sizes)
whole = ds.groupby("time.season").map(lambda part: part.mean("time"))
print(list(whole.data_vars), whole.temperature.dims, whole.season.values, whole.visits.values[:, 1], whole.height.dims)
years = x.resample(time="YS").map(lambda part: part.max("time"))
print(years.dims, years.time.values, years.isel(y=0, x=0).values)
print(x.resample(time="MS").map(lambda part: part - part.isel(time=0)).isel(y=1, x=3).values[:40])
bins = ds.height.groupby_bins("x", [0, 2, 5, 9]).map(lambda part: part.sum("x"))
print(bins.dims, bins.isel(y=2).values, bins.sizes["x_bins"])
print(g.reduce(np.mean).isel(y=1, x=1).values, g.reduce(np.max, dim="time").dims, x.reduce(np.sum, "x").isel(time=3).values)
print(ds[["temperature", "visits"]].reduce(np.nanmax, "time").visits.values, x.reduce(np.max).values, x.reduce(np.min, axis=0).dims)
print(g.dims, dict(g.sizes), len(g))
filled = x.where(x > 280).groupby("time.month").fillna(x.groupby("time.month").mean())
print(filled.dims, filled.isel(y=1, x=2).values[:60:7], g.fillna(0).isel(y=0, x=0).values[:3])
warm = g.mean("time")
kept = x.groupby("time.month").where(warm > 280)
print(kept.isel(y=1, x=2).values[::100], kept.dims)
tagged = g.assign_coords(tag=5)
print(tagged.dims, list(tagged.coords))
so_far = x.groupby("time.year").cumsum("time").transpose("time", "y", "x")
print(so_far.dtype, so_far.name, so_far.attrs, so_far.isel(y=1, x=1).values[[0, 1, 364, 365, 366, -1]])
print(ds.visits.groupby("time.month").cumprod().transpose("time", "y").isel(y=1).values[[0, 1, 40]])
shuffled = g.shuffle_to_chunks()
print(shuffled.dims, shuffled.chunks[0], shuffled.time.values[[0, 30, 31, 92, 93]])


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: g.map(lambda part: part.mean("nope")))
attempt(lambda: g.map(lambda part: part.sel(y=99)))
attempt(lambda: x.reduce(np.mean, "nope"))
out = g.map(standard).drop_attrs().drop_vars(["level"]).to_dataset(name="z")
out.chunk({"time": 366, "y": 3, "x": 7}).to_zarr("out/groupby_map.zarr", mode="w")
