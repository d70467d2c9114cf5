"""Variables by item and by attribute, coordinates, sizes, names and attributes."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
print(sorted(cube.data_vars), sorted(cube.coords), sorted(cube.variables))
print(cube["wind"].dims, cube.wind.shape, cube.wind.dtype, cube.wind.name, cube.wind.ndim, cube.wind.size)
print(cube.attrs["version"], cube.temperature.attrs["units"], cube.x.attrs["standard_name"])
print(dict(cube.sizes)["x"], "wind" in cube, "nothing" in cube, len(cube.data_vars))
print(cube.temperature.coords["level"].item(), float(cube["gravity"]))
print(cube.wind.sizes["y"], cube.wind.nbytes)
cube[["wind", "weight"]].to_zarr("out/dataset_access.zarr", mode="w")
