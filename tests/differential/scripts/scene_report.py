"""A remote-sensing script: bands, masks, indices, windows, tiles, daily maxima, helpers that clean attributes."""
import numpy as np
import xarray as xr


def index(data, first, second):
    a, b = (data.sel(band=name, drop=True).astype("float32") for name in (first, second))
    return ((a - b) / (a + b)).rename(f"{first}_{second}")


def strip_attributes(data):
    data.attrs.clear()
    for name in data.coords:
        data[name].attrs.clear()
    return data


def drop_text_coordinates(data):
    return data.drop_vars([name for name, coord in data.coords.items() if coord.dtype.kind in "OUST" and name not in data.dims])


scene = xr.open_zarr("in/scene.zarr").reflectance
print(scene.band.values, scene.dtype, scene.attrs, scene.spatial_ref.attrs["GeoTransform"])
ndvi = index(scene, "nir", "red")
print(ndvi.name, ndvi.dims, ndvi.dtype, ndvi.min().values, ndvi.max().values, ndvi.isel(y=0, x=slice(0, 3)).values)
cloud = (scene > 9000).any("band")
clear = ndvi.where(~cloud)
print(cloud.sum().values, clear.count().values, f"{100 * float(cloud.mean()):.2f} % cloud", clear.quantile([0.02, 0.98]).values)
classes = xr.where(clear < 0, 0, xr.where(clear < 0.3, 1, 2)).where(clear.notnull(), -1).astype("int8")
print({int(value): int((classes == value).sum()) for value in (-1, 0, 1, 2)}, classes.dtype)
tiles = clear.coarsen(y=8, x=8, boundary="trim").mean()
print(tiles.shape, tiles.y.values, tiles.isel(y=0).values)
box = clear.sel(x=slice(500_100, 500_400), y=slice(800, 600))
print(box.sizes, box.mean().values, clear.sel(x=500_095, y=333, method="nearest").coords["x"].values)
smooth = clear.rolling(y=3, x=3, center=True, min_periods=4).median()
print(smooth.isnull().sum().values, (smooth - clear).std().values, abs(clear.differentiate("x")).max().values > 0)
composite = (scene.transpose("y", "x", "band") / 10_000).clip(0, 0.5).astype("float32")
print(composite.dims, composite.mean(("y", "x")).values, composite.sel(band=["nir", "green"]).band.values)
times = xr.date_range("2020-06-01T10:00", periods=4, freq="12h")
cube = xr.concat([clear + 0.01 * step for step in range(4)], dim=xr.DataArray(times, dims="time", name="time", attrs={"axis": "T"}))
cube = cube.assign_coords(platform=("time", ["a", "b", "a", "b"])).assign_attrs(note="made")
daily = cube.groupby(cube.time.dt.floor("D")).max(skipna=True)
print(daily.sizes, daily.floor.values, daily.isel(y=1, x=1).values)
cleaned = cube.pipe(strip_attributes).pipe(drop_text_coordinates)
print(cleaned.attrs, list(cleaned.coords), cleaned.time.attrs)
tidy = cleaned.chunk({"x": "auto", "y": "auto", "time": 1}).to_dataset(name="data")
tidy.data.encoding.clear()
tidy.to_zarr("out/scene_report.zarr", mode="w")
print(xr.open_zarr("out/scene_report.zarr").data.mean(("y", "x")).values, tidy.data.groupby("time.day").mean(...).values)
print(np.histogram(clear.fillna(0).values, bins=[-1, -0.5, 0, 0.5, 1])[0])
