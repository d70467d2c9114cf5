"""Datasets one after another along a dimension that they have: read, reduced, sliced, written."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr", chunks={})
parts = [cube.isel(time=slice(0, 3)), cube.isel(time=slice(3, 4)), cube.isel(time=slice(4, 12))]
joined = xr.concat(parts, dim="time", data_vars="minimal")
print(joined.compute())
print(joined.temperature.mean(("y", "x")).compute())
print(joined.wind.isel(time=slice(9, 1, -2), y=3).compute())
print((joined.pressure - joined.pressure.mean("time")).std("time").isel(y=slice(0, 3), x=slice(0, 4)).compute())
print(xr.concat([cube.height.isel(x=slice(5, None)), cube.height.isel(x=slice(0, 5))], "x").compute())
joined[["temperature", "height"]].drop_encoding().chunk({"time": 4, "y": 17, "x": 5}).to_zarr("out/concat_existing.zarr", mode="w")
x = xr.concat([cube.temperature + step for step in range(6)], "time")
print(x.shape, float(x.sum()), float(x.max()))
lone = xr.DataArray(np.arange(6).reshape(2, 3), dims=("x", "t"), coords={"t": [10, 20, 30]})
for parts in ([lone, lone.isel(t=1)], [lone.isel(t=1), lone], [lone.chunk(1), lone.isel(t=-1).chunk()], [lone.isel(x=0), lone.isel(t=0, x=1)]):
    joined = xr.concat(parts, dim="t")
    print(joined.dims, joined.values, joined.t.values)
