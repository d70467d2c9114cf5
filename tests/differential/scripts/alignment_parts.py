"""Neighbours of one array, aligned by label: only what overlaps is left."""
import xarray as xr

t = xr.open_zarr("in/cube.zarr").temperature
step = t.isel(time=slice(1, None)) - t.isel(time=slice(None, -1))
print(step.sizes["time"], (t.isel(x=slice(0, 5)) * t.isel(x=slice(10, 20))).shape)
step.chunk(-1).to_dataset(name="step").to_zarr("out/alignment_parts.zarr", mode="w")
