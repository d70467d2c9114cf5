"""A Dataset's variables in a loop, and what `in`, `len` and `get` say."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
for name in cube.data_vars:
    print(name, cube[name].dims, cube[name].dtype)
print(list(cube.sizes.items()), list(cube.dims) == list(cube.sizes), "time" in cube.coords)
