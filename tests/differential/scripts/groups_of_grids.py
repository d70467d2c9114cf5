"""Groups by masks of several dimensions, as of regions on a map, and by keys along different dimensions."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")
region = xr.where(ds.height < 500, 1, xr.where(ds.height < 2000, 2, 3)).rename("region").load()
t = ds.temperature
for array in (t, t.load(), t.transpose("y", "time", "x"), ds.pressure):
    by_region = array.groupby(region)
    print(len(by_region), by_region.mean().dims, by_region.mean().isel(time=0).values, list(by_region.mean().coords))
    print(by_region.sum().transpose("time", "region").values[:2], by_region.max(...).values, by_region.count().transpose(..., "region").values[0], by_region.std().sel(region=2).values[:2])
holes = region.where(ds.height.load() > 100)
print(t.groupby(holes).mean().isel(time=1).values, t.groupby(holes).mean().region.values, t.groupby(holes).median().sizes)
print(t.assign_coords(region=region).groupby("region").min().isel(time=slice(0, 2)).transpose("time", "region").values)
print(t.groupby_bins(ds.height.load(), [0, 1000, 2000, 3000]).mean().isel(time=0).values, t.groupby_bins(ds.height.load(), 3).count().dims)
print(ds[["temperature", "height"]].groupby(region).mean().height.values)
keyed = ds.height.load().assign_coords(side=("x", np.arange(23) // 12), band=("y", np.arange(17) % 3))
print(keyed.groupby(["side", "band"]).mean(), keyed.groupby(["band", "side"]).sum().dims)
print(t.groupby((ds.x * 0 + ds.y).round().rename("degree")).mean().sizes)
