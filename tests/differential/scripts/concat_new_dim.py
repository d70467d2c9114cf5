"""A new dimension: by name, by labels, from scalar coordinates."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr", chunks={}).isel(x=slice(0, 4), y=slice(0, 3))
t = cube.temperature
print(xr.concat([t.isel(time=0), t.isel(time=5)], "time").compute())
print(xr.concat([t.isel(time=0, drop=True), t.isel(time=5, drop=True)], "run").compute())
runs = xr.DataArray(["a", "b"], dims="run", name="run", attrs={"kind": "member"})
ensemble = xr.concat([cube, cube + 1], runs)
print(ensemble.drop_vars(["time"]).isel(time=0).compute())
print(ensemble.temperature.mean("run").isel(time=0).compute())
print(xr.concat([t.isel(time=3), t.isel(time=3)], "new", coords="minimal").compute())
print(xr.concat([t.isel(time=3), t.isel(time=4)], "new", coords="all").compute())
print(xr.concat([t.isel(time=[0]), t.isel(time=[1])], xr.DataArray([1.5, 2.5], dims="height", name="height")).shape)
print(xr.concat([t.isel(time=0, drop=True), t.isel(time=1, drop=True)], "time").dims)
