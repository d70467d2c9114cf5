"""Points along several dimensions: positions and labels given by arrays of two dimensions and of other ones."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr", chunks={})
t = cube.temperature
ys = xr.DataArray(np.array([[3, 0, 16], [1, -1, 3]]), dims=("p", "q"), coords={"p": [10, 20], "quality": ("q", [7, 8, 9])})
xs = xr.DataArray(np.array([[5, 22, 0], [7, 5, 1]]), dims=("p", "q"))
print(t.isel(y=ys, x=xs).isel(time=slice(0, 2)).compute())
print(t.isel(y=ys).isel(time=0, x=slice(0, 2)).compute())
print(t.isel(y=ys, x=xr.DataArray([4, 2], dims="p")).isel(time=1).compute())
print(t.isel(x=xr.DataArray([1, 2, 3], dims="q"), y=ys).isel(time=2).compute())
print(t.isel(time=xr.DataArray([[0, 5]], dims=("a", "b")), x=slice(2, 4), y=3).compute())
print(cube[["temperature", "height"]].isel(y=ys, x=xs).isel(time=0).compute())
wanted = xr.DataArray([[60.0, 52.5], [57.5, 55.0]], dims=("p", "q"))
print(t.sel(y=wanted).isel(time=0, x=0).compute())
print(t.sel(y=wanted + 0.1, x=wanted * 0 - 3.1, method="nearest").mean("time").compute())
print(t[0][ys, xs].values, t[dict(y=xr.DataArray([1, 2], dims="k"), time=0)].isel(x=0).values)
print(t.isel(y=xr.DataArray(3), x=[0, 1], time=0).compute().values)
print(t.isel(nothing=3, time=0, missing_dims="ignore").dims, cube.isel(nothing=0, x=1, missing_dims="ignore").temperature.dims)
many = np.arange(400)
far = t.isel(y=xr.DataArray(many * 7 % 17, dims="n"), x=xr.DataArray(many * 5 % 23, dims="n"), time=xr.DataArray(many % 12, dims="n"))
print(far.shape, float(far.sum()), far.isel(n=slice(390, None)).values)
