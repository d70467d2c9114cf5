"""Other shapes and roles: `expand_dims`, `squeeze`, `stack`, `unstack`, `swap_dims`, `set_index`, `reset_coords`, `to_dataarray`."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr").isel(time=slice(0, 4), y=slice(0, 3), x=slice(0, 5))[["temperature", "height", "gravity"]]
t = ds.temperature
print(t.expand_dims("run").dims, t.expand_dims(run=[1, 2]).sizes, t.expand_dims({"run": 3}, axis=1).shape, ds.expand_dims("run").gravity.dims)
print(t.expand_dims(run=["p"], axis=-1).isel(time=0, y=0).values[:2], t.isel(time=0).expand_dims("time").dims, t.isel(time=0).expand_dims("time").time.values)
print(t.isel(time=[0]).squeeze().dims, ds.isel(y=[1]).squeeze("y").height.dims, t.isel(time=[0]).squeeze(drop=True).coords.keys() & {"time"})
stacked = t.stack(place=("y", "x"))
print(stacked.dims, stacked.shape, stacked.sel(place=(59.5, -4.5)).values, stacked.sel(y=59.5).dims, stacked.isel(time=0, place=slice(0, 3)).values)
print(stacked.unstack("place").dims, stacked.mean("time").unstack().equals(t.mean("time")), ds.stack(p=["time", "y"]).sizes, t.stack(all=[...]).shape)
print(stacked.dropna("place", how="any").sizes["place"] <= 15, t.stack(place=("y", "x"), create_index=False).dims, stacked.reset_index("place").y.values[:6])
by_station = t.swap_dims(x="station")
print(by_station.dims, by_station.sel(station=102).shape, by_station.station.values, by_station.swap_dims({"station": "x"}).sel(x=-5).shape)
print(ds.swap_dims(x="column").height.dims, ds.set_coords("height").height.coords.keys() & {"height"}, ds.set_coords("height").temperature.coords["height"].shape)
indexed = t.set_index(x="station")
print(indexed.x.values, indexed.sel(x=103).shape, indexed.reset_index("x").coords.keys() & {"x"})
print(list(t.reset_coords("station")), list(t.reset_coords(["station", "level"], drop=True).coords), list(ds.reset_coords(drop=True).coords), list(ds.reset_coords("level").data_vars))
print(ds.to_dataarray().dims, ds.to_dataarray("name")["name"].values, ds[["height"]].to_array().shape)
print(t.to_dataset(name="v").v.dims, t.to_dataset(promote_attrs=True).attrs, t.transpose("x", ..., "time").dims, ds.transpose("x", "y", "time").temperature.dims, t.T.shape)
print(t.rename(x="lon").transpose("lon", "y", "time").sel(lon=-5.0).shape, t.transpose("x", "nothing", "y", "time", missing_dims="ignore").dims)


def celsius(array, offset, scale=1.0):
    return (array - offset) * scale


print(t.pipe(celsius, 273.15, scale=2).isel(time=0, y=0).values, ds.pipe(lambda d: d.isel(x=0)).sizes, ds.map(np.abs).height.min().values, ds.assign(double=lambda d: d.height * 2, one=1).one.values)
print(t.coarsen(x=5).construct(x=("block", "within")).dims, t.broadcast_like(xr.DataArray(np.zeros(2), dims="run")).dims, xr.broadcast(ds.height, t.isel(y=0, x=0, drop=True))[0].dims)
for wrong in (lambda: t.squeeze("x"), lambda: t.stack(place=("y", "nope")), lambda: t.swap_dims(x="y"), lambda: t.expand_dims("x"), lambda: t.transpose("x"), lambda: ds.set_coords("none"), lambda: t.unstack()):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
