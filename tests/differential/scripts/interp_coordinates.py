import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")
for points in ([58.2, 55.1], np.array([58.2, 55.1]), 58.2, np.float64(58.2)):
    print(ds.wind.interp(y=points).y.attrs, ds.interp(y=points).y.attrs)
along = xr.DataArray([58.2, 55.1], dims="point", attrs={"of": "points"})
print(ds.wind.interp(y=along).y.attrs, ds.wind.interp(y=along.rename(point="y")).y.attrs)
print(ds.wind.interp(y=along, x=along - 58).x.attrs)
chosen = xr.where(ds.wind > 0, 1, 0)
print(chosen.attrs, {name: chosen[name].attrs for name in chosen.coords})
chosen = xr.where(ds.wind > 0, ds.temperature, 0.0)
print(chosen.attrs, {name: chosen[name].attrs for name in chosen.coords})
chosen = xr.where(ds.wind > 0, ds.height, ds.temperature)
print(chosen.attrs, {name: chosen[name].attrs for name in chosen.coords})
ds.wind.interp(y=np.linspace(53, 59, 9), x=[0.1, 0.2]).to_netcdf("out/interp_coordinates.nc")
line = xr.DataArray([1.0, 2.0, 4.0], dims="x", coords={"x": [0, 1, 2]})
for where, labels in (("x", [9.0, 8.0]), ("p", [9.0, 8.0])):
    points = xr.DataArray([0.5, 1.5], dims=where, coords={"x": (where, labels, {"units": "m"})}, attrs={"units": "km"})
    found = line.interp(x=points)
    print(found.values, found.x.values, found.x.attrs, found.dims, line.to_dataset(name="d").interp(x=points).x.values)
