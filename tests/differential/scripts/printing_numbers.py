"""Scalars and f-strings of what was computed."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
mean = float(cube.temperature.mean())
print(f"mean {mean:.3f}, highest {float(cube.temperature.max()):8.2f}, {int(cube.temperature.count()):d} values")
print("std %.3f" % float(cube.wind.std()), "sum {:.4e}".format(float(cube.pressure.sum())))
print(round(float(cube.weight.sum()), 3), str(cube.time.values[0])[:10])
print(cube.temperature.dtype == "float32", cube.pressure.dtype.name)
