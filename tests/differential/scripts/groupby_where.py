"""Values of groups where conditions hold: one for each group, or for each value; and groups of steps of time."""
import numpy as np
import xarray as xr

x = xr.open_zarr("in/seasons.zarr").temperature.astype("float64").isel(time=slice(0, 200))
g = x.groupby("time.month")
middle = x.isel(y=1, x=2).drop_vars("level", errors="ignore")
groups = middle.groupby("time.month")
for found in [g.where(g.mean() > 280, g.mean()), groups.where(groups.mean() > 280, groups.mean()), groups.where(groups.mean() > 280, -1)]:
    print(found.dims, found.shape, found.values.ravel()[::37])
both = x.to_dataset(name="v").groupby("time.month")
print(both.where(both.mean() > 280, both.mean()).v.isel(y=0, x=1).values[::11])
steps = middle.resample(time="MS")
print(steps.where(middle > 280).values[:20], middle.where(middle > 280).resample(time="MS").fillna(middle * 2).values[:20])
of_groups = steps.where(steps.mean() > 280)
print(of_groups.shape, of_groups.values)
print(middle.groupby("time").where(middle > 280).values[:20])
