"""Reductions of a Dataset: variables without the dimension pass through."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
cube.mean("time").to_zarr("out/reductions_dataset_mean.zarr", mode="w")
cube.std(["y", "x"]).to_zarr("out/reductions_dataset_std.zarr", mode="w")
cube.count().to_zarr("out/reductions_dataset_count.zarr", mode="w")
