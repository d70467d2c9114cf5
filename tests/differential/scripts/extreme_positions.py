"""Positions and labels of extremes: along one dimension, several, all; of a dataset."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature
for found in [x.argmin("time"), x.argmax("time"), x.argmax(dim="x", skipna=True), ds.visits.argmin("time"), x.argmax("time", keep_attrs=False)]:
    print(found.dims, found.dtype, found.name, list(found.coords), found.attrs, found.values)
print(x.argmin(axis=0).isel(y=1).values, (x + x.x * 1e-3 + x.time.dt.dayofyear * 1e-5).argmax().values, ds.visits.argmin(axis=-1).dims)
for several in [x.argmax(["time", "y"]), x.argmin(["x", "time"]), x.argmin(...)]:
    print({name: (array.dims, array.dtype, array.name, array.values) for name, array in several.items()})
print(x.isel(x=2).argmax("time").values)
holes = x.where(x > 280)
print(holes.isel(time=slice(0, 40)).argmax("time", skipna=False).values)
pair = ds[["temperature", "visits"]]
print(pair.argmax("time").visits.values, list(pair.argmin("time").coords), pair.argmax().temperature.values, pair.argmax("time").attrs)
print(pair.idxmax("time").visits.dtype, pair.idxmin("time").visits.values, pair.idxmin("time").temperature.isel(y=1).values)
labelled = ds.height.assign_coords(x=np.arange(ds.sizes["x"]) * 10)
print(labelled.idxmax("x").dtype, labelled.idxmax("x").values, labelled.where(labelled.y < 2).idxmin("x", fill_value=-1.0).values)
counts = (labelled * 10).astype("int64")
print(counts.idxmax("x").dtype, counts.idxmin("x").values, labelled.where(labelled.y < 2).idxmin("x").values)
row = xr.DataArray([3.0, np.nan, 1.0], dims="x", coords={"x": [10, 20, 30]})
print(row.argmin().item(), row.argmax("x").item(), row.idxmin().item(), row.argmin(skipna=False).item())
dates = xr.DataArray(np.array(["2000-01-01", "2000-03-01", "1998-01-01", "1999-01-01"], dtype="datetime64[ns]"), dims="x", coords={"x": np.array([1.5, 2, 3, 4], dtype="float32")})
dates = dates.where(dates.x != 3)
for times in [dates, dates - dates[0], dates[:2], dates[2:3], dates.chunk({"x": 2}), (dates - dates[0]).chunk({"x": 3})]:
    print([getattr(times, name)("x", skipna=skipna).values.item() for name in ["argmin", "argmax"] for skipna in [None, False]])
    print([(getattr(times, name)("x").values.item(), getattr(times, name)("x").dtype) for name in ["idxmin", "idxmax"]])
for labels in ["float32", "float64", "int8", "uint16", "int64"]:
    gaps = xr.DataArray([[np.nan, np.nan], [2.0, 1.0]], dims=("y", "x"), coords={"x": np.array([1, 2], dtype=labels)})
    for found in [gaps.idxmin("x"), gaps.idxmax("x", fill_value=-9 if "u" not in labels else 9), gaps.idxmin("x", fill_value=0.5), gaps.fillna(3).astype("int64").idxmin("x")]:
        print(labels, found.dtype, found.values)


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: gaps.argmin("x").values)
attempt(lambda: gaps.chunk({"y": 1}).argmin("x").compute())
attempt(lambda: x.argmin("nope"))
attempt(lambda: x.argmin(["x", "nope"]))
attempt(lambda: pair.argmin(["x"]))
attempt(lambda: pair.argmin("nope"))
attempt(lambda: x.idxmin())
attempt(lambda: x.idxmax("nope"))
attempt(lambda: x.argmin("x", axis=0))
xr.Dataset({"hottest": x.argmax("time").drop_attrs(), "label": x.idxmax("time").drop_attrs()}).to_zarr("out/extreme_positions.zarr", mode="w")
