import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")
x = ds.temperature.load()
for array in [x.astype("float64"), x.fillna(0).astype("int16"), x]:
    median = array.median("time")
    print(median.dims, median.dtype, list(median.coords), median.attrs)
    print(median.isel(y=3).values[:5], array.median(["y", "x"]).values[:4], array.median().values)
    q = array.quantile([0.1, 0.5, 0.93], "time")
    print(q.dims, q.dtype, q["quantile"].values, q.attrs, q.isel(y=2, x=4).values)
    one = array.quantile(0.25, ["time", "x"])
    print(one.dims, list(one.coords), one.values[:6], float(one["quantile"]))
for method in ["linear", "lower", "higher", "midpoint", "nearest", "hazen", "weibull", "median_unbiased", "normal_unbiased",
               "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf"]:
    print(method, x.astype("float64").quantile([0, 0.2, 0.61, 1], ("y", "x"), method=method).values[:, 5])
print(x.median("time", skipna=False).isnull().sum().values, x.quantile(0.5, "time", skipna=False).isnull().sum().values)
print(x.median("time", keep_attrs=False).attrs)
medians = ds[["temperature", "pressure"]].load().median("time")
print({name: (variable.dims, variable.attrs) for name, variable in medians.data_vars.items()}, medians.attrs)
quantiles = ds[["pressure"]].load().quantile([0.2, 0.8], ["y", "time"])
print(quantiles.pressure.dims, quantiles.pressure.values[:, 3])
lazy = xr.open_zarr("in/cube.zarr").pressure
lazy.median("time").chunk({"y": 6, "x": 23}).to_dataset(name="m").to_zarr("out/quantiles_m.zarr", mode="w")
for bad in [lambda: x.quantile(1.5), lambda: x.quantile(0.5, "nope"), lambda: x.median("nope"), lambda: x.quantile(0.5, method="nope")]:
    try:
        bad()
    except Exception as error:
        print(type(error).__name__)
