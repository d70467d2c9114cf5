"""Steps of time: shorter data, empty steps, every kind of frequency."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature
for frequency in ["MS", "ME", "QS-DEC", "QE", "YS", "YE", "W", "W-WED", "2MS", "3ME", "5D", "YS-JUL", "36h"]:
    step = x.resample(time=frequency)
    mean = step.mean()
    print(frequency, mean.dims, mean.shape, mean.dtype, list(mean.coords), mean.attrs, len(step))
    print(mean.time.values[:3], mean.time.values[-1], mean.isel(y=2, x=3).values[:4])
for name in ["sum", "min", "max", "std", "var", "count", "first", "last", "prod"]:
    reduced = getattr(x.astype("float64").resample(time="QS-DEC"), name)()
    print(name, reduced.dtype, reduced.isel(y=1, x=1).values)
monthly = ds.resample(time="MS").mean()
print(list(monthly.data_vars), monthly.visits.dims, monthly.height.dims, monthly.visits.dtype, monthly.attrs)
monthly.chunk({"time": 12, "y": 3, "x": 7}).to_zarr("out/resample_monthly.zarr", mode="w")
thin = x.isel(time=[0, 1, 2, 60, 61, 300])
for name in ["mean", "sum", "count", "max", "first"]:
    reduced = getattr(thin.resample(time="MS"), name)()
    print(name, reduced.dtype, reduced.isel(y=0, x=0).values)
few = ds.visits.isel(time=[0, 1, 2, 60, 61, 300])
for name in ["mean", "sum", "count", "max", "last", "prod"]:
    reduced = getattr(few.resample(time="MS"), name)()
    print(name, reduced.dtype, reduced.isel(y=0).values)
print(x.resample(time="YS", label="right").mean().time.values, x.resample(time="ME", closed="left").mean().time.values[:2])
print(x.resample(time="ME", label="left").sum().isel(y=3, x=3).values[:3])
print([(label, part.shape) for label, part in x.resample(time="YS")])
yearly = thin.isel(time=[0], y=0, x=0).resample(time="YE", label="right")
print(yearly.first().time.values, yearly.last().values, thin.isel(time=[0, 5], y=0, x=0).resample(time="YS").last().values)
steps = xr.DataArray(np.arange(6.0).reshape(3, 2), dims=("t", "y"), coords={"t": np.datetime64("2001-01-30T18", "ns") + np.arange(3) * np.timedelta64(6, "h"), "lab": ("t", [5, 1, 1]), "at": 7, "both": (("t", "y"), np.arange(6).reshape(3, 2))}, name="a")
for frequency in ("6h", "12h", "3h"):
    print(frequency, [sorted(getattr(steps.resample(t=frequency), name)().coords) for name in ("first", "last", "max")])
print(sorted(steps.to_dataset().resample(t="6h").last().coords), sorted(steps.groupby("t").last().coords))
