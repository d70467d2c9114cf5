"""Sums of products, correlation and covariance, trends, integrals and derivatives."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")
ds = ds.compute()
t, w, p = ds.temperature.fillna(280).astype("float64"), ds.wind.fillna(0).astype("float64"), ds.pressure
print(xr.corr(t, w).values, xr.corr(ds.temperature, ds.wind, dim="time").mean().values, xr.cov(t, p, dim=("y", "x")).dims)
print(xr.cov(t, w, dim="time", ddof=0).isel(y=3, x=3).values, xr.corr(t, t.shift(time=1), dim="time").isel(y=0, x=1).values)
print(xr.dot(t, ds.weight, dim="y").shape, xr.dot(t, w, dim=("y", "x")).values[:2], xr.dot(t, w, dim=...).values, t.dot(ds.weight).dims)
print((t @ ds.weight).isel(time=0).values[:2], (ds.height @ ds.height.rename(x="x2")).dims, ds.weight.dot(ds.weight).values)
series = t.mean(("y", "x"))
fit = series.polyfit("time", deg=1)
print(list(fit), fit.degree.values, fit.polyfit_coefficients.dims, fit.polyfit_coefficients.sel(degree=0).round(6).values)
trend = xr.polyval(series.time, fit.polyfit_coefficients)
print(trend.dims, (series - trend).mean().round(6).values, (series - trend).std().values)
each = ds[["temperature", "pressure"]].fillna(0).polyfit("time", 2, skipna=False)
print(sorted(each), each.temperature_polyfit_coefficients.shape)
line = xr.DataArray([1.0, 3.0, 2.0, 5.0], dims="x", coords={"x": [0.0, 1.0, 3.0, 4.0]})
print(line.polyfit("x", 1).polyfit_coefficients.values, line.polyfit("x", 2, full=True).polyfit_residuals.values, line.polyfit("x", 1, cov=True).polyfit_covariance.shape)
print(xr.polyval(xr.DataArray([1.0, 2.0], dims="x"), xr.DataArray([1.0, 0.5], dims="degree", coords={"degree": [0, 1]})).values)
print(line.integrate("x").values, line.cumulative_integrate("x").values, line.differentiate("x").values, line.differentiate("x", edge_order=2).values)
print(t.integrate("x").shape, t.integrate(("x", "y")).values[:2], ds.differentiate("y").height.isel(y=0).values[:3], series.differentiate("time", datetime_unit="D").values[:3], series.integrate("time", datetime_unit="h").values)
print(line.weighted(xr.DataArray([1, 0, 2, 1], dims="x")).mean().values, (line * line.x).sum().values, line.x.dot(line).values)
for wrong in (lambda: xr.corr(t, w, dim="nope"), lambda: series.polyfit("nope", 1), lambda: line.integrate("y"), lambda: xr.dot(), lambda: xr.dot(t, 3)):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
