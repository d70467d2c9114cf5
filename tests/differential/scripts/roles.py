"""Variables and dimensions in other roles; sums of products, covariance, correlation."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr", chunks={}).isel(time=slice(0, 4), y=slice(0, 3), x=slice(0, 5))
print(cube[["temperature"]].swap_dims(x="station").isel(time=0).compute())
print(cube.temperature.swap_dims({"x": "station"}).sel(station=[101, 103]).isel(time=0).compute())
print(cube.temperature.swap_dims(x="column").isel(time=0).compute())
print(list(cube.drop_dims("time")), list(cube.drop_dims(["x", "y"]).coords), list(cube.drop_dims("nope", errors="ignore")))
both = cube[["temperature", "pressure"]].to_dataarray()
print(both.dtype, both.dims, both.isel(time=0, y=0).drop_vars("variable").round(2).compute().values)
print(cube[["height", "weight"]].to_array("kind", name="n").drop_vars("kind").sum("x").compute())
print(both.to_dataset(dim="variable").isel(time=0).compute())
print(cube.height.to_dataset(promote_attrs=True).attrs, cube.height.to_dataset(name="h").attrs)
print(cube[["temperature", "height"]].map(lambda a: a.mean("x")).isel(time=0, drop=True).compute())
print(cube[["temperature", "height"]].map(np.sqrt, keep_attrs=False).height.compute())
t, w = cube.temperature.fillna(280.0).astype("float64"), cube.weight
print(xr.dot(t, w).compute().values, xr.dot(t, w, dim=["x", "y"]).dims, float(xr.dot(t, t, dim=...)))
print(t.dot(w).dims, t.dot(cube.height, dim="x").compute().values)
a, b = cube.temperature, cube.pressure
print(xr.cov(a, b).compute(), xr.corr(a, b).compute())
print(xr.cov(a, b, dim="time").compute(), xr.corr(a, b, dim=["x", "y"]).compute(), xr.cov(a, b, dim="x", ddof=0).compute())
