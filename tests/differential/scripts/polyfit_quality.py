"""Weighted fits, and how well they fit."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature.astype("float64").isel(time=slice(0, 200), y=slice(0, 2), x=slice(0, 2)).chunk({"time": -1})
w = np.linspace(1, 3, 200)
fit = x.polyfit("time", 1, w=w)
print(list(fit.data_vars), fit.polyfit_coefficients.values)
full = x.polyfit("time", 2, full=True)
print(sorted(full.data_vars), full.polyfit_residuals.dims, full.polyfit_residuals.values, full.time_matrix_rank.values, full.time_singular_values.values)
both = x.polyfit("time", 1, cov=True)
print(sorted(both.data_vars), both.polyfit_covariance.dims, both.polyfit_covariance.sizes, both.polyfit_covariance.isel(y=1, x=1).values, both.polyfit_residuals.values)
plain = ds[["visits"]].isel(time=slice(0, 30)).assign_coords(time=np.arange(30.0)).polyfit("time", 1, cov="unscaled", w=np.arange(30) + 1.0)
print(sorted(plain.data_vars), plain.visits_polyfit_covariance.values, plain.visits_polyfit_coefficients.values)
holes = ds.height.where(ds.height > -2).chunk({"x": -1}).polyfit("x", 1, full=True, skipna=True)
print(holes.polyfit_coefficients.values, holes.polyfit_residuals.values, holes.x_singular_values.values)


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: x.polyfit("time", 1, w=np.ones(3)))
attempt(lambda: x.polyfit("time", 1, w=np.ones((2, 2))))
attempt(lambda: x.polyfit("nope", 1))
