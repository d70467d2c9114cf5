"""Means and variances of numbers far from zero keep their digits, as far as Dask keeps them."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
offset = cube.wind + 100
out = offset.mean().to_dataset(name="mean").assign(std=offset.std(), var=offset.var("time"), double=(cube.pressure + 1e7).var(["y", "x"]))
out.to_zarr("out/reductions_mean_precision.zarr", mode="w")
