"""Arithmetic on a whole Dataset, with scalars, arrays and another Dataset."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")[["temperature", "wind"]]
(cube * 2 - 1).to_zarr("out/arithmetic_dataset_scalar.zarr", mode="w")
(cube - cube.mean("time")).to_zarr("out/arithmetic_dataset_dataset.zarr", mode="w")
(cube / cube.wind.isel(time=0)).to_zarr("out/arithmetic_dataset_array.zarr", mode="w")
