"""`.values` of what isn't in chunks is the array's own memory; attributes of `xr.where`."""

import numpy as np
import xarray as xr

ds = xr.Dataset({"a": (("y", "x"), np.arange(6.0).reshape(2, 3) - 2)})
ds.to_netcdf("changed.nc")
opened = xr.open_dataset("changed.nc")
opened.a.values[opened.a.values < 0] = 0
print(float(opened.a.min()), opened.a.values)
means = opened.a.mean("y")
means.values[0] = 99
print(float(means.max()), means.values)
lazy = xr.open_dataset("changed.nc", chunks={"x": 2})
lazy.a.values[:] = 0
print(float(lazy.a.max()))
a = xr.DataArray([1, 2, 3], dims="x", coords={"x": ("x", [1, 2, 3], {"units": "m"})}, attrs={"k": 1})
for keep in (None, True, False):
    chosen = xr.where(a > 1, a, 0, keep_attrs=keep)
    print(keep, chosen.attrs, chosen.x.attrs)
with xr.set_options(keep_attrs=False):
    print(xr.where(a > 1, a, 0).attrs, xr.where(a > 1, a, 0, keep_attrs=True).attrs)
