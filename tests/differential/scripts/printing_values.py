"""numpy arrays of each kind print as numpy prints them."""
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr")
print(data.x.values)
print(data["bool"].values[0])
print(data.int8[1, 2:6].values, data.uint64[0, :3].values)
print(data.float64[:2, :3].values)
print(xr.open_zarr("in/scene.zarr").y.values[:4])
five = (data.float64 * 0 + 5).max().values
print([str(five) == "5.0", f"{five}" == "5.0", repr(five) == "array(5.)"])
print(data["bool"].max().values, data.float32.count().values, data.x[2].values)
print(xr.open_zarr("in/seasons.zarr").time[3].values)
