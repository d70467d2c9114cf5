"""Chunks of unlike sizes: reductions and arithmetic don't see them."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr").drop_vars("station")
t = cube.temperature.chunk({"time": (1, 7, 4), "y": (3, 14), "x": (10, 1, 1, 11)})
print(t.chunks)
out = t.mean("time").to_dataset(name="mean").assign(std=t.std(["time", "x"]), sum=(t + cube.wind).sum("x"), all=t.max())
out.chunk(-1).to_zarr("out/chunk_irregular.zarr", mode="w")
(t - cube.temperature.chunk({"x": (5, 18)})).chunk({"x": 6, "y": 5, "time": 5}).to_dataset(name="zero").to_zarr("out/chunk_irregular_zero.zarr", mode="w")
