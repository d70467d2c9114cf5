"""rename of arrays, variables, dimensions and coordinates."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
print(cube.wind.rename("breeze").name, cube.wind.rename({"x": "longitude"}).dims)
cube.rename({"temperature": "t2m", "x": "longitude", "y": "latitude"}).to_zarr("out/rename_dataset.zarr", mode="w")
cube.wind.rename("breeze").rename(time="day").to_dataset().to_zarr("out/rename_array.zarr", mode="w")
