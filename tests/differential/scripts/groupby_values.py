"""First, last, middle values and quantiles of groups; groups of values in bins."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr").load()
x = ds.temperature
months = x.groupby("time.month")
for name in ["first", "last", "median"]:
    reduced = getattr(months, name)()
    print(name, reduced.dims, reduced.dtype, list(reduced.coords), reduced.isel(y=2, x=1).values)
print(months.first(skipna=False).isel(y=0).values[:4])
quantiles = months.quantile([0.25, 0.5])
print(quantiles.dims, quantiles.dtype, list(quantiles.coords), quantiles.isel(y=1, x=2, month=slice(0, 3)).values)
print(months.quantile(0.9).isel(y=1, x=2).values)
print(ds.groupby("time.year").median().compute())
print(ds.visits.resample(time="QS").median().isel(y=1).values, ds.visits.groupby("time.year").last().dtype)
print(x.resample(time="YS").quantile(0.1).isel(y=1, x=2).values)
day = ds.temperature.assign_coords(day=("time", np.arange(1096) % 50))
for bins in [[0, 10, 20, 50], [0.0, 12.5, 49.0]]:
    binned = day.groupby_bins("day", bins).mean()
    print(binned.dims, binned.shape, binned.dtype, list(binned.coords), binned.isel(y=1, x=1).values)
print(day.groupby_bins("day", [0, 10, 60, 90]).count().isel(y=1, x=1).values)
print(day.groupby_bins("day", 3, labels=["low", "middle", "high"]).max().isel(y=1).values)
print(day.groupby_bins("day", [0, 10, 20], right=False).sum().isel(y=1, x=1).values)
print(day.groupby_bins("day", [0, 10, 20], include_lowest=True).sum().isel(y=1, x=1).values)
xr.Dataset({"median": months.median(), "quantiles": quantiles}).to_zarr("out/groupby_values.zarr", mode="w")
