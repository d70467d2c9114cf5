"""`rolling` and `coarsen`: sides, least counts, several dims, every reduction, `construct`, coordinates."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr").isel(time=slice(0, 40), x=slice(0, 6))
t = ds.temperature.astype("float64")
for options in ({}, {"center": True}, {"min_periods": 1}, {"center": True, "min_periods": 3}):
    for name in ("mean", "sum", "min", "max", "std", "var", "count", "median", "argmax"):
        source = t.fillna(280) if name == "argmax" else t
        found = getattr(source.rolling(time=5, **options), name)()
        print(options, name, found.dtype, found.isel(y=0, x=0).values[[0, 3, 4, 20, -2, -1]])
print(t.rolling(time=3, x=2).mean().isel(y=0, time=5).values, t.rolling({"y": 2, "x": 3}, center=True).sum().isel(time=0).values, t.rolling(dim={"time": 4}).mean().isel(y=0, x=0).values[3])
print(t.rolling(time=3).construct("w").shape, t.rolling(time=3).construct("w").mean("w", skipna=False).isel(y=0, x=0).values[:4], t.rolling(time=4).construct("w", stride=4, fill_value=0).sizes, t.rolling(time=3, x=2).construct(time="a", x="b").dims)
print(t.rolling(time=3, min_periods=1).reduce(np.nanmax).isel(y=0, x=0).values[:4], ds.rolling(time=3).mean().visits.isel(y=0).values[:4], list(ds.rolling(time=3).sum().data_vars), ds.rolling(time=3).mean().height.dims)
print(t.rolling(time=5).sum(skipna=False).isel(y=0, x=0).values[:8], t.rolling(time=5).max(skipna=False).isel(y=0, x=0).values[:8], t.rolling(time=5).mean(skipna=True).count().values)
print(len(list(t.rolling(time=10))), [(str(label)[:10], part.sizes["time"]) for label, part in t.rolling(time=20)][:2], t.rolling(time=5), t.rolling(time=5).min_periods)
print(t.cumulative("time").sum().isel(y=0, x=0).values[:3], t.cumulative("time", min_periods=3).mean().isel(y=0, x=0).values[:4])
for options in ({}, {"boundary": "trim"}, {"boundary": "pad"}, {"boundary": "trim", "side": "right"}):
    size = 5 if not options else 7
    for name in ("mean", "sum", "min", "max", "std", "median", "count"):
        found = getattr(t.coarsen(time=size, **options), name)()
        print(options, name, found.sizes["time"], found.time.values[[0, -1]], found.isel(y=0, x=0).values[[0, -1]])
print(t.coarsen(time=8, x=3).mean().shape, t.coarsen(x=2, coord_func="min").mean().x.values, t.coarsen(time=4, x=2, coord_func={"time": "max", "x": np.sum}).mean().coords["x"].values, ds.coarsen(x=3).max().height.shape)
blocks = t.coarsen(time=10)
print(blocks.construct(time=("decade", "day")).sizes, blocks.reduce(np.max).isel(y=0, x=0).values, ds.coarsen(time=10).construct(time=("d", "n")).visits.dims, blocks)
print(dict(blocks.windows))
for wrong in (lambda: t.coarsen(time=7).mean(), lambda: t.coarsen(nope=2), lambda: t.rolling(nope=2), lambda: t.rolling(time=0), lambda: t.rolling(time=3, min_periods=0), lambda: t.coarsen(time=7, boundary="some").mean()):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
numbers = xr.DataArray(np.arange(9), dims="y").chunk(y=6)
few = numbers.isel(y=slice(None, None, 3)).rolling(y=3).construct("w", fill_value=0)
print(few.chunks, xr.apply_ufunc(lambda a: a[..., ::-1], few, input_core_dims=[["y"]], output_core_dims=[["y"]], dask="parallelized").values)
for cut in (6, 2, (1, 1, 7), 9, 3, 1):
    for size in (1, 2, 3, 5, 9):
        windows = numbers.chunk(y=cut).rolling(y=size), numbers.chunk(y=cut).rolling(y=size, center=True)
        print(cut, size, [w.construct("w", fill_value=-1, stride=step).chunks for w in windows for step in (1, 2)], windows[1].construct("w", fill_value=-1).values.tolist())
