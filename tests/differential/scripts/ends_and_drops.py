"""`head`, `tail`, `thin`, `drop_*`, `dropna`, `isin`, `where(drop=True)`, `sortby`, over arrays and datasets."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")[["temperature", "height", "weight"]].isel(time=slice(0, 6), x=slice(0, 8))
t = ds.temperature
print(t.head(3).shape, t.head(time=2, x=1).sizes, t.tail(2).time.values, ds.tail(y=3).y.values, ds.thin(time=3, x=4).sizes, t.thin(4).shape)
print(ds.head({"y": 2}).weight.values, t.head(time=0).shape, ds.thin({"y": 6}).height.x.size)
print(list(ds.drop_vars("height")), list(ds.drop_vars(["height", "nothing"], errors="ignore")), list(t.drop_vars(["station", "level"]).coords))
print(list(ds.drop_dims("time").data_vars), ds.drop_sel(x=[-5.0, -4.5]).x.values, t.drop_sel(y=60).y.values[:2], ds.drop_isel(time=[0, -1]).time.dt.day.values)
print(t.drop_sel({"x": [-5, 99]}, errors="ignore").sizes, list(ds.drop("height")), t.drop("station").coords.keys() == t.drop_vars("station").coords.keys(), ds.drop([-5.0], dim="x").sizes)
holes = xr.DataArray([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan], [7.0, 8.0, np.nan]], dims=("y", "x"), coords={"y": [1, 2, 3]})
for array in (holes, holes.chunk({"y": 2})):
    print(array.dropna("y", how="all").y.values, array.dropna("y").y.values, array.dropna("x", thresh=2).shape, array.dropna("y", thresh=2).values)
both = xr.Dataset({"a": holes, "b": ("y", [np.nan, 1, 2])})
print(both.dropna("y", subset=["b"]).y.values, both.dropna("y", how="all").y.values, both.dropna("x", how="all", subset=["a"]).sizes)
print(t.isin([1.0, 2.0]).any().values, ds.station.isin([101, 103]).values, ds.sel(x=ds.station.isin([101, 103])).x.values, ds.weight.isin(ds.weight[:2]).sum().values)
warm = t.where((t > 280).compute(), drop=True)
print(warm.shape, warm.count().values, ds.where(ds.x < -4, drop=True).sizes, ds.where(ds.weight > 0.5).height.isnull().sum().values)
print(ds.where(ds.y > 58, -1.0).weight.values[-3:], t.where(lambda v: v > v.mean()).notnull().sum().values, t.where(t.y < 58, other=0).sel(y=60).values.sum())
print(ds.sortby("y").y.values[:3], ds.sortby(["x"], ascending=False).x.values[:3], ds.sortby(ds.weight).weight.values[:3], t.isel(time=0).sortby(-ds.station).station.values[:2])
print(ds.sortby([ds.station % 2, "x"]).station.values, ds.height.sortby("x", ascending=False).identical(ds.height[:, ::-1]))
print(t.squeeze().dims, t.isel(x=[0]).squeeze("x").dims, t.isel(x=[0], y=[0]).squeeze(drop=True).coords.keys() & {"x", "y"})
