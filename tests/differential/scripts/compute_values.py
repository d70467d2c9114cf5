"""compute, load, values and item bring numbers to the script."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
mean = cube.temperature.mean(["y", "x"]).compute()
print(mean.values)
print(mean.shape, mean.dtype, mean.values.dtype, mean.values.shape)
print(float(mean[0]), mean[1].item(), float(cube.pressure.max()), int(cube.wind.count()))
loaded = cube.height.load()
print(loaded.values[0, :4], loaded.values.max())
print(np.round(cube.weight.values, 3))
print(bool((cube.pressure > 0).all()), cube.temperature.isnull().sum().compute().item())
