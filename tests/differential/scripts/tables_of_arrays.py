"""Labelled arrays as tables and series, and back."""

import numpy as np
import pandas as pd
import xarray as xr

time = np.array(["2000-01-01", "2000-01-02", "2000-02-01"], dtype="datetime64[ns]")
array = xr.DataArray(
    np.arange(18.0).reshape(3, 2, 3) / 8,
    dims=("time", "lat", "lon"),
    coords={"time": time, "lat": [10.5, 20.0], "lon": [1.0, 2.25, 3.0], "height": ("lat", [2, 3]), "run": 7},
    name="t",
    attrs={"units": "K"},
)
dataset = xr.Dataset({"t": array, "m": array.mean(("lat", "lon")), "n": ("lat", [1, 2]), "s": ("lon", ["a", "b", "c"])})
for each in [array, array.chunk(time=2, lon=2)]:
    series = each.mean(("lat", "lon")).drop_vars("run")
    print(series.to_series(), series.to_pandas(), series.to_dataframe(), series.to_dataframe(name="x"), sep="\n")
    print(each.to_series().head(4), each.to_dataframe(), each.isel(time=0).to_pandas(), sep="\n")
    print(
        each.to_dataframe(dim_order=["lon", "time", "lat"]).t.tolist(),
        each.isel(lat=0, lon=0, time=0).compute().to_pandas(),
    )
    print(each.isel(time=0, drop=True).to_series().index.names, each.to_series().index.nlevels)
for each in [dataset, dataset.chunk(time=1)]:
    print(each.to_dataframe().to_string(), each.to_dataframe(dim_order=["lat", "lon", "time"]).to_csv(), sep="\n")
    print(each.isel(lat=0, lon=0).to_dataframe(), each.isel(lat=0, lon=0).to_pandas(), sep="\n")
    print(each[["n"]].reset_coords(drop=True).to_pandas(), sep="\n")
    print(each.compute().isel(time=0, lat=0, lon=0)[["t", "m"]].to_pandas())
plain = xr.DataArray(np.arange(4), dims="x", name="plain")
print(plain.to_series(), plain.to_dataframe(), plain.to_series().index)
print(array.get_index("lon"), array.indexes["lat"], array.lon.to_index(), array.get_index("time"), plain.get_index("x"))
small = xr.DataArray(np.array([[1, 2], [3, 4]], dtype="float32"), dims=("y", "x"), name="f")
print(small.to_dataframe().dtypes, small.to_pandas(), small.to_pandas().to_csv())

table = pd.DataFrame({"t": [1.5, 2.5, 3.5], "n": [1, 2, 3]}, index=pd.Index(time, name="time"))
levels = pd.MultiIndex.from_product([[3, 1], [1, 2, 3]], names=["k", "n"])
stacked = pd.DataFrame({"v": np.arange(6.0), "w": np.arange(6)}, index=levels)
print(table.to_xarray(), table.t.to_xarray(), xr.Dataset.from_dataframe(table), xr.DataArray.from_series(table.n))
print(
    stacked.to_xarray(), stacked.iloc[:5].to_xarray(), stacked.v.to_xarray(), table.reset_index(drop=True).to_xarray()
)
print(xr.DataArray(table.t), xr.DataArray(table.t, dims="station"), xr.Dataset(table), xr.Dataset({"q": table.t}))
print(xr.Dataset({"q": ("time", table.t)}, coords={"time": table.index}))
print(
    xr.DataArray(table.t, dims="time", coords={"time": table.index}),
    xr.DataArray(table.t.values, [table.index], ["time"]),
)
written = dataset[["t"]].copy()
written["q"] = table.t
written["r"] = ("lat", pd.Series([1, 2]))
written.coords["k"] = ("lon", pd.Series([5, 6, 7]))
print(written.q, written.r.values, written.k.values)

stations = pd.DataFrame({"name": ["A", "B", "C"], "lat": [11.0, 19.0, 12.0], "lon": [1.1, 2.9, 2.2]}).set_index("name")
lats, lons = stations.lat.to_xarray(), stations.lon.to_xarray()
near = array.sel(lat=lats.values[:2], method="nearest")
print(near.lat.values, array.sel(time=table.index[:2]).shape)
points = array.chunk(time=1).sel(
    lat=xr.DataArray(stations.lat, dims="p"), lon=xr.DataArray(stations.lon, dims="p"), method="nearest"
)
print(points.values, points.p.values.tolist(), points.dims)
print(
    array.interp(lat=lats, lon=lons).to_pandas(), array.sel(lat=lats, lon=lons, method="nearest").to_series().unstack()
)

dataset.drop_vars("s").to_zarr("out/tables_of_arrays.zarr", mode="w")
opened = xr.open_zarr("out/tables_of_arrays.zarr")
print(opened.sel(lat=12, lon=2, method="nearest").to_dataframe().to_csv(), opened[["n"]].to_dataframe().to_csv())
