"""A float32 mean of numbers far from zero keeps its digits."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
offset = cube.wind + 1e4
out = offset.mean().to_dataset(name="mean").assign(std=offset.std(), var=offset.var("time"), double=(cube.pressure + 1e9).var(["y", "x"]))
out.to_zarr("out/reductions_mean_precision.zarr", mode="w")
