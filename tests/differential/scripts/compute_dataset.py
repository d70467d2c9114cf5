"""compute on a Dataset of several reductions, and arithmetic with what it gives."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
means = cube[["temperature", "wind"]].mean("time").compute()
print(float(means.temperature.max()), float(means.wind.min()))
(cube.temperature - means.temperature).to_dataset(name="anomaly").to_zarr("out/compute_dataset.zarr", mode="w")
