"""Points: positions and labels of several dimensions that go together; `where(drop=True)`; boolean lists."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr", chunks={})
t = cube.temperature
ys = xr.DataArray([3, 0, 16, -1, 3], dims="p", coords={"p": list("abcde"), "quality": ("p", [1, 2, 3, 4, 5])})
xs = xr.DataArray([5, 22, 0, 7, 5], dims="p")
print(t.isel(y=ys, x=xs).isel(time=slice(0, 3)).compute())
print(t.isel(y=ys).isel(time=0, x=slice(0, 3)).compute())
print(cube[["height", "weight"]].isel(y=ys, x=xs).compute())
print(t.isel(time=xr.DataArray([0, 5, 11], dims="q"), y=xr.DataArray([1, 2, 3], dims="q"), x=xr.DataArray([1, 2, 3], dims="q")).compute())
print(t.sel(y=xr.DataArray([60.0, 52.5], dims="p"), x=xr.DataArray([-4.5, -1.0], dims="p")).mean("time").compute())
print(t.sel(y=xr.DataArray([60.1, 52.6], dims="p"), x=xr.DataArray([-4.4, -1.1], dims="p"), method="nearest").mean("p").compute())
print(t.isel(x=xr.DataArray([1, 3], dims="q"), time=0, y=slice(0, 2)).compute())
print(t.isel(time=xr.DataArray(np.arange(17) % 12, dims="y")).isel(x=slice(0, 2)).compute())
now = t.isel(time=0)
warm = now.where((now > 310).compute(), drop=True)
print(warm.shape, warm.compute())
print(t.where(t.y > 58, drop=True).shape, t.where((t.y > 58) & (t.x < -3), drop=True).isel(time=0).compute())
print(t.where((cube.station > 120).compute(), other=0, drop=True).isel(time=0, y=slice(0, 2)).compute())
print(cube[["temperature", "height"]].where(cube.y < 53, drop=True).isel(time=0, x=slice(0, 2)).compute())
print(t.isel(y=0, x=0, time=[True, False] * 6).compute())
print(t.sel(y=[False] * 15 + [True] * 2, x=-5).isel(time=0).compute())
print(t.where(lambda a: a > 300).count().values)
