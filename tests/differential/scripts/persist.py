"""persist keeps what it computed, and nothing else changes."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
anomaly = (cube.temperature - cube.temperature.mean("time")).persist()
print(anomaly.dims, anomaly.dtype)
out = anomaly.max("time").to_dataset(name="highest").assign(lowest=anomaly.min("time"), zero=anomaly.mean())
out.to_zarr("out/persist.zarr", mode="w")
both = cube[["wind", "height"]].persist()
both.sum().to_zarr("out/persist_dataset.zarr", mode="w")
