"""A store written by the script is read by the script."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
(cube.temperature**2).to_dataset(name="square").to_zarr("out/read_back_first.zarr", mode="w")
again = xr.open_zarr("out/read_back_first.zarr")
print(again.square.shape, float(again.square.max()))
(again.square - cube.temperature * cube.temperature).to_dataset(name="zero").to_zarr("out/read_back.zarr", mode="w")
