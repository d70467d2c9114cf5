"""Indexing with a mapping, and an array of a coordinate's own name."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
part = cube.temperature[dict(time=2, x=slice(0, 8))]
(part + cube.x * 0.5).to_dataset(name="t").to_zarr("out/indexing_dict.zarr", mode="w")
print(part.shape, float(cube["x"][3]))
