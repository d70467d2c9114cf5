"""`roll`, `shift`, `diff`, `pad`: values moved along dimensions, in memory and lazily."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr", chunks={}).isel(y=slice(0, 4), x=slice(0, 5))
t = cube.temperature
for array in (t.isel(y=0), t.isel(y=0).load(), cube[["wind", "weight"]].isel(x=0)):
    print(array.roll(time=3).compute())
    print(array.roll(time=-2, roll_coords=True).compute())
    print(array.shift(time=2).compute())
    print(array.shift(time=-5).compute())
    print(array.diff("time").compute())
    print(array.diff("time", n=2, label="lower").compute())
    print(array.pad(time=(1, 2)).compute())
integers = xr.open_zarr("in/dtypes.zarr", chunks={}).isel(y=slice(0, 3), x=slice(0, 4))
print(integers.int16.shift(x=1).dtype, integers.int16.shift(x=1, fill_value=-7).compute())
print(integers.int32.shift(x=1, y=-1).compute())
for mode in ("edge", "wrap", "reflect", "symmetric"):
    print(mode, integers.int8.pad(x=(2, 3), mode=mode).compute())
print(integers.int8.pad(x=1, y=(0, 2), constant_values=5).compute())
print(integers.float32.pad(x=2, constant_values={"x": (1, 2)}).compute())
print((t - t.shift(time=1)).mean().compute(), (t.roll(x=2) - t).std("time").isel(x=0).compute())
times = xr.open_zarr("in/cube.zarr").time
print(times.diff("time").compute().values[:2], times.shift(time=1).compute().values[:2])
cube[["temperature"]].shift(time=3, x=-1).drop_encoding().drop_vars("station").chunk({"time": 5, "y": 4, "x": 5}).to_zarr("out/moving.zarr", mode="w")
named = xr.DataArray([1, 2], dims="z", coords={"z": ["a", "b"]}).pad(z=(0, 0))
print(named.values, named.z.values, xr.DataArray([1], coords={"z": [True]}, dims="z").pad(z=(0, 0)).z.values)
nothing = xr.DataArray(np.arange(0.0), dims="x", coords={"x": np.arange(0)})
for mode in ("wrap", "edge", "reflect", "symmetric"):
    print(mode, nothing.pad(x=(0, 0), mode=mode).shape, nothing.chunk().pad(x=0, mode=mode).sizes["x"])
