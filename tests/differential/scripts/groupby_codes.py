import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature
coded = x.assign_coords(g=("time", np.arange(x.sizes["time"]) % 10))
g = coded.groupby("g")
print(g.mean().isel(x=0).values.round(4))
print((g - g.mean()).std("time").isel(y=1).values.round(4))
codes = xr.DataArray(np.arange(x.sizes["y"]) % 2, dims="y", name="parity")
for name in ["sum", "prod", "any", "all", "count"]:
    reduced = getattr((x.isel(time=slice(0, 30)) > 280).groupby(codes), name)()
    print(name, reduced.dims, reduced.dtype, reduced.isel(time=3).values)
labels = xr.DataArray(np.array([2.5, np.nan, 1.5, 2.5])[np.arange(x.sizes["x"]) % 4], dims="x", name="label")
summed = x.isel(time=slice(0, 5)).groupby(labels).sum()
print(summed.label.values, summed.dims)
print(summed.values.sum().round(3))
words = xr.DataArray(np.array(["pear", "apple", "fig"])[np.arange(x.sizes["x"]) % 3], dims="x", name="fruit")
print(x.groupby(words).min().isel(time=0, y=0).fruit.values)
print([(label, part.shape) for label, part in x.isel(time=slice(0, 3)).groupby(codes)])
integers = (x.isel(time=slice(0, 40)).fillna(0) * 7).astype("int32")
for name in ["mean", "sum", "min", "var"]:
    reduced = getattr(integers.groupby("time.month"), name)()
    print(name, reduced.dtype, reduced.isel(y=0, x=0).values)
