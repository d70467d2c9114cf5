"""Values at other labels: along one dimension and several, at points, of times; beyond the labels too."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature.astype("float64").assign_coords(y=np.arange(ds.sizes["y"]) * 0.5, x=np.arange(ds.sizes["x"], dtype="float64") ** 1.5)
x = x.isel(time=slice(0, 400))
for found in [x.interp(y=0.7), x.interp(y=[0.1, 0.5, 1.9]), x.interp(x=[0.5, 4.0], y=[1.3]), x.interp(x=[2.0, -1.0, 99.0]), x.interp(y=0.8, method="nearest")]:
    print(found.dims, found.dtype, found.name, list(found.coords), found.attrs, found.isel(time=[0, 99, 399]).values)
print(x.interp(x=[-1.0, 99.0], kwargs={"fill_value": "extrapolate"}).isel(time=5).values)
print(x.interp(x=[-1.0, 3.0, 99.0], kwargs={"fill_value": -5.0}).isel(time=5).values)
print(x.interp(x=[0.4, 0.6, 3.0], method="nearest").isel(time=7).values, x.interp(x=2.5, y=0.25).isel(time=slice(0, 3)).values)
track = xr.DataArray([0.2, 1.1, 1.9], dims="point", coords={"point": [7, 8, 9], "kind": ("point", ["a", "b", "c"])})
along = x.interp(y=track, x=xr.DataArray([1.0, 2.0, 3.0], dims="point"))
print(along.dims, list(along.coords), along.isel(time=3).values, along.y.values, along.kind.values)
one = x.interp(y=xr.DataArray([0.2, 1.1], dims="place"))
print(one.dims, list(one.coords), one.isel(time=3, x=1).values)
moments = np.array(["2000-01-01T06:00", "1999-02-10", "1998-01-01"], dtype="datetime64[ns]")
at_times = x.interp(time=moments)
print(at_times.dims, at_times.time.values, at_times.isel(y=1).values)
print(x.interp(time="1999-03-01T12:00").isel(y=0).values, x.interp(time=["1999-01-01T01:00", "1999-01-02"]).isel(y=2, x=2).values)
print(x.drop_vars("y").interp(y=[0.5, 1.25]).isel(time=9, x=3).values, x.drop_vars("y").interp(y=0.5).dims)
whole = ds.interp(time=moments[:2])
print(list(whole.data_vars), list(whole.coords), whole.visits.dtype, whole.visits.isel(y=1).values, whole.temperature.dtype)
finer = xr.Dataset(coords={"x": np.linspace(0, 10, 6), "y": [0.25, 0.75]})
like = x.interp_like(finer)
print(like.dims, like.isel(time=1).values, list(like.coords))
flags = xr.Dataset({"flag": ("x", [True, False, True]), "n": ("x", [1, 2, 4]), "t": ("x", moments)}, coords={"x": [0.0, 1.0, 2.0], "name": ("x", ["p", "q", "r"])})
between = flags.interp(x=[0.4, 1.6])
print(between.flag.values, between.flag.dtype, between.n.values, between.t.values, between.name.values)
for there in [flags.interp(x=0.6), flags.interp(x=xr.DataArray([0.5, 1.5], dims="z")), flags.interp(x=xr.DataArray([0.4, 1.6], dims="x"))]:
    print(dict(there.sizes), {name: (there[name].dims, str(there[name].values)) for name in sorted(there.variables)})
same = x.interp(x=xr.DataArray(np.linspace(0.5, 3, x.sizes["y"]), dims="y", coords={"y": x.y.values}))
print(same.dims, same.isel(time=4).values)


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: x.interp(nope=3))
attempt(lambda: x.interp({"x": 1.0}, y=0.5))
attempt(lambda: x.interp(x=xr.DataArray([0.5, 1.5], dims="z", coords={"y": ("z", [8, 9])})))
attempt(lambda: x.interp(x=xr.DataArray(np.linspace(0.5, 3, x.sizes["y"]), dims="y", coords={"y": x.y.values + 1})))
attempt(lambda: x.interp(time=[3.0]))
attempt(lambda: flags.flag.interp(x=0.5))
x.interp(y=[0.1, 0.6, 0.9], x=[1.0, 2.0]).drop_attrs().chunk({"time": 100, "y": 3, "x": 2}).to_dataset(name="v").drop_vars("level").to_zarr("out/interp.zarr", mode="w")
single = xr.DataArray(np.arange(4.0, dtype="float32"), dims="x", coords={"x": [0.0, 1.0, 2.0, 3.0], "lab": ("x", [1, 1, 2, 2])})
print(single.interp(x=[0.2, 1.9], method="nearest").dtype, single.interp(x=[0.2, 1.9]).dtype, single.astype("int16").interp(x=[0.2], method="nearest").dtype)
near = single.chunk().interp(x=[0.2, 1.9], method="nearest")
print((near + near.isel(x=slice(None, 1))).lab.values, near.compute().groupby("lab").max().values)
