"""numpy arrays of each kind print as numpy prints them."""
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr")
print(data.x.values)
print(data["bool"].values[0])
print(data.int8[1, 2:6].values, data.uint64[0, :3].values)
print(data.float64[:2, :3].values)
print(xr.open_zarr("in/scene.zarr").y.values[:4])
