"""Functions of windows, windows as dimensions, sums so far as windows, orders, labels that occur once."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature.astype("float64").isel(time=slice(0, 60))
for found in [x.rolling(time=3).reduce(np.sum), x.rolling(time=4, center=True, min_periods=2).reduce(np.max), x.rolling(time=3).argmax(), x.rolling(time=5, min_periods=2).argmin()]:
    print(found.dims, found.dtype, found.name, found.attrs, found.isel(y=1, x=2).values[:12])
print(x.rolling(y=2, x=3).reduce(np.mean).isel(time=3).values)
r = x.rolling(time=4, center=True)
print(r.dim, r.window, r.center, r.min_periods, r.ndim, r.obj.name, r.window_labels.values[:2])
for label, window in list(x.isel(y=0, x=1).rolling(time=3, min_periods=2))[:5]:
    print(label.values, window.sizes, window.values)
print(x.cumulative("time").mean().isel(y=1, x=2).values[:8], x.cumulative(["y", "x"], min_periods=3).sum().isel(time=5).values)
print(ds.visits.cumulative("time").max().isel(y=2).values[:9], ds.visits.cumulative("time").count().isel(y=2).values[-1])
blocks = x.coarsen(time=12).construct(time=("period", "step"))
print(blocks.dims, blocks.sizes, list(blocks.coords), blocks.time.dims, blocks.time.values[1, :2], blocks.attrs, blocks.isel(y=1, x=2).values[4])
two = ds[["temperature", "visits"]].isel(time=slice(0, 50)).coarsen(time=12, x=2, boundary="trim").construct({"time": ("a", "b"), "x": ("c", "d")}, keep_attrs=False)
print({name: (two[name].dims, two[name].dtype) for name in two.data_vars}, two.time.dims, two.x.dims, two.visits.isel(y=0).values[1])
padded = ds.visits.isel(time=slice(0, 14)).coarsen(time=5, boundary="pad").construct(time=("a", "b"))
print(padded.dtype, padded.isel(y=3).values)
most = x.coarsen(time=12).reduce(np.max)
print(most.dims, list(most.coords), most.time.values[:2], most.isel(y=1, x=2).values, x.coarsen(time=12).obj.name, dict(x.coarsen(time=12, x=7).windows))
small = x.isel(y=0, x=slice(0, 3)).compute()
print(small.argsort(axis=0).values[:4], small.argsort().dims, small.real.attrs, small.imag.values[:1], small.conj().name, ds.visits.imag.dtype)
print(x.get_axis_num("y"), x.get_axis_num(["time", "x"]), dict(ds.dtypes))
twice = xr.DataArray([1.0, 2, 3, 4], dims="k", coords={"k": [5, 5, 6, 7]})
print(twice.drop_duplicates("k").values, twice.drop_duplicates("k", keep="last").values, twice.drop_duplicates(..., keep=False).k.values)
print(list(ds.filter_by_attrs(units="K").data_vars), list(ds.filter_by_attrs(units=lambda units: units is None).data_vars))
scaled = x.map_blocks(lambda part: part * 2 - 1)
print(scaled.isel(y=1, x=1).values[:3], scaled.dims)


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: x.coarsen(time=12).construct(time=("a",)))
attempt(lambda: x.coarsen(time=12, x=7).construct(time=("a", "b")))
attempt(lambda: x.coarsen(time=12).construct())
attempt(lambda: list(x.rolling(time=3, x=2)))
attempt(lambda: x.get_axis_num("nope"))
attempt(lambda: x.cumulative("nope"))
attempt(lambda: twice.drop_duplicates("nope"))
out = x.rolling(time=6, min_periods=3).argmax().drop_attrs().to_dataset(name="best")
out.drop_vars("level").chunk({"time": 25, "y": 3, "x": 7}).to_zarr("out/windows_and_orders.zarr", mode="w")
