"""Sums and products that are missing where too few values aren't."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature.astype("float64").isel(time=slice(0, 90))
holes = x.where(x > 281.5)
for found in [holes.sum("time", min_count=60), holes.sum("time", min_count=1), holes.prod("x", min_count=5), holes.sum(min_count=10_000), holes.sum("time", skipna=False, min_count=3)]:
    print(found.dims, found.dtype, found.attrs, found.values.ravel()[:40])
print(ds.visits.sum("time", min_count=5000).values, ds.visits.sum("time", min_count=5000).dtype)
both = ds[["temperature", "visits"]].where(ds.temperature > 285).sum("time", min_count=300)
print(both.temperature.isel(y=1).values, both.visits.dtype)
print(holes.resample(time="7D").sum(min_count=5).isel(y=1, x=2).values, holes.groupby("time.month").sum(min_count=20).isel(y=0).values)
print(holes.to_dataset(name="v").resample(time="MS").sum(min_count=25).v.isel(y=1, x=2).values)
print(holes.astype("float32").sum("time", min_count=60).dtype)
