"""Values that count more or less."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")
w = np.cos(np.deg2rad(ds.y))
x = ds.temperature.astype("float64")
for name in ["mean", "sum", "std", "var", "sum_of_weights", "sum_of_squares"]:
    for dim in [("y", "x"), "y", None]:
        reduced = getattr(x.weighted(w), name)(dim)
        print(name, dim, reduced.dims, reduced.dtype, list(reduced.coords), reduced.attrs, reduced.name)
        print(np.asarray(reduced.values).ravel()[:5])
print(ds.temperature.weighted(ds.weight).mean("y").dtype, ds.temperature.weighted(w).mean("y", skipna=False).isnull().sum().values)
print(x.weighted(w > 0.52).sum_of_weights("y").isel(time=0).values)
both = ds[["temperature", "pressure", "height"]].weighted(w).mean(("y", "x"))
print(list(both.data_vars), both.pressure.dims, both.attrs)
print(x.weighted(w).mean("x", keep_attrs=False).attrs, x.weighted(w))
smooth = x.weighted(w).mean(("y", "x")).rolling(time=4, center=True, min_periods=2).mean()
xr.Dataset({"smooth": smooth, "spread": x.weighted(w).std("y")}).to_zarr("out/weighted.zarr", mode="w")
