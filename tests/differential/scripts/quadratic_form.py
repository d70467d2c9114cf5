"""A long expression over several inputs, each read once."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
t, w, p = cube.temperature.astype("float64"), cube.wind, cube.pressure
vapour = 6.112 * np.exp(17.67 * (t - 273.15) / (t - 29.65))
mixing = 0.622 * vapour / (p / 100 - vapour)
comfort = (t * (1 + 0.61 * mixing) - 0.7 * np.sqrt(abs(w))).where((t > 250) & (w < 8) | (p > 1e5))
out = comfort.to_dataset(name="comfort").assign(profile=comfort.mean(["time", "x"]), spread=comfort.max("time") - comfort.min("time"))
out.to_zarr("out/quadratic_form.zarr", mode="w")
