"""Closest polynomials, derivatives, integrals, labels of extremes."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature.astype("float64")
for degree in [1, 2]:
    fit = x.polyfit("time", degree)
    coefficients = fit.polyfit_coefficients
    print(degree, list(fit.data_vars), coefficients.dims, coefficients.dtype, list(fit.coords), fit.degree.values)
    print(coefficients.isel(y=1, x=2).values)
    trend = xr.polyval(x.time, coefficients)
    print(trend.dims, trend.dtype, trend.name, trend.isel(y=1, x=2, time=[0, 500, 1095]).values)
print(list(ds.polyfit("time", 1).data_vars), ds.visits.polyfit("time", 1).polyfit_coefficients.isel(y=3).values)
print(ds.height.polyfit("x", 3).polyfit_coefficients.isel(y=2).values)
slope = ds.height.differentiate("x")
print(slope.dims, slope.dtype, slope.attrs, slope.isel(y=1).values)
print(x.differentiate("time", datetime_unit="D").isel(y=1, x=2, time=slice(10, 15)).values)
uneven = ds.height.assign_coords(x=[0.0, 1.0, 3.0, 3.5, 7.0, 8.0, 12.0])
print(uneven.differentiate("x").isel(y=1).values, uneven.integrate("x").values, uneven.integrate("x").dims)
print(ds.visits.integrate("time", datetime_unit="h").dtype, ds.visits.integrate("time", datetime_unit="h").values)
lowest, highest = x.idxmin("time"), x.idxmax("time")
print(lowest.dims, lowest.dtype, lowest.name, list(lowest.coords), lowest.isel(y=1).values, highest.isel(y=2).values)
print(ds.height.idxmax("x").values, ds.height.idxmin("x").dtype)
xr.Dataset({"lowest": lowest.drop_attrs(), "slope": slope}).drop_vars("level").to_zarr("out/trends.zarr", mode="w")
single = xr.DataArray(((np.arange(7) * 3 % 5 - 1) / 4).astype("float32"), dims="y", coords={"y": [0, 0.25, 1, 2.25, 4, 6.25, 9]})
steep = single.assign_coords(y=single.y.astype("float32"))
print(single.differentiate("y").values.astype("float64").tolist(), single.differentiate("y", edge_order=2).values.astype("float64").tolist())
print(single.differentiate("y").dtype, steep.differentiate("y").dtype, steep.differentiate("y").values)
even = single.assign_coords(y=np.arange(7) * 0.3)
print(even.differentiate("y").dtype, even.differentiate("y").values.astype("float64").tolist())
