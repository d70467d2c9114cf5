"""Writing to regions: a template without values first, then part by part; found by labels; in memory, across chunks."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr", chunks={})[["temperature"]].drop_vars(["station", "level"]).drop_encoding()
delayed = cube.to_zarr("out/region_parts.zarr", mode="w", compute=False)
print(xr.open_zarr("out/region_parts.zarr").temperature.isnull().all().values, xr.open_zarr("out/region_parts.zarr").y.values[:3])
for start in (0, 5, 10):
    part = cube.isel(time=slice(start, start + 5)).drop_vars(["y", "x"])
    part.to_zarr("out/region_parts.zarr", region={"time": slice(start, min(start + 5, 12))})
print(float(abs(xr.open_zarr("out/region_parts.zarr") - cube).temperature.sum()))
delayed = (cube * 2).to_zarr("out/region_delayed.zarr", mode="w", compute=False)
delayed.compute()
cube.isel(time=slice(5, 10)).drop_vars(["y", "x"]).to_zarr("out/region_delayed.zarr", region={"time": "auto"})
cube.isel(time=slice(0, 5), y=slice(8, 16), x=slice(10, 20)).to_zarr("out/region_delayed.zarr", region="auto")
small = cube.isel(time=slice(3, 7), y=slice(2, 11)).drop_vars(["x"]) * 0 - 5
small = small.compute()
small.to_zarr("out/region_delayed.zarr", region={"time": slice(3, 7), "y": slice(2, 11)}, mode="a")
small.drop_vars("y").isel(y=slice(0, 3)).to_zarr("out/region_delayed.zarr", region={"time": slice(-9, -5), "y": slice(None, 3)})
print(xr.open_zarr("out/region_delayed.zarr").temperature.mean(("y", "x")).compute())
