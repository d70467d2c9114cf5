"""Quantiles of values that count more or less."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature.astype("float64").isel(time=slice(0, 60)).chunk({"time": -1, "y": -1, "x": -1})
w = np.cos(np.deg2rad(xr.DataArray(np.linspace(-80, 80, ds.sizes["y"]), dims="y")))
for found in [x.weighted(w).quantile(0.5, dim="y"), x.weighted(w).quantile([0.1, 0.5, 0.9], dim=["y", "x"]), x.weighted(w).quantile([0.25], dim="y")]:
    print(found.dims, found.dtype, found.name, list(found.coords), found.attrs, found["quantile"].values, found.isel(time=[0, 1, 59]).values)
print(x.weighted(w).quantile(0.3).values, x.weighted(w).quantile([0, 1]).values)
some = x.where(x > 280)
print(some.weighted(w).quantile(0.5, dim=["y", "x"]).values[:8], some.weighted(w).quantile(0.5, dim=["y"], skipna=False).isel(x=0).values[:8])
zeros = xr.DataArray(np.arange(ds.sizes["y"]) % 2, dims="y")
print(x.weighted(zeros).quantile(0.6, dim="y").isel(x=1).values[:5], x.weighted(zeros * 0).quantile(0.6, dim="y").isel(x=1).values[:3])
pair = xr.Dataset({"a": x, "b": x * 2}).weighted(w).quantile([0.2, 0.8], dim=["y", "time"])
print(list(pair.data_vars), pair.b.dims, pair.b.values, list(pair.coords))
print(x.weighted(w).obj.name, x.weighted(w).weights.dims)


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: x.weighted(w).quantile(1.5, dim="y"))
attempt(lambda: x.weighted(w).quantile(0.5, dim="nope"))
x.weighted(w).quantile(0.75, dim="y").drop_vars(["quantile", "level"]).drop_attrs().to_dataset(name="q").to_zarr("out/weighted_quantile.zarr", mode="w")
