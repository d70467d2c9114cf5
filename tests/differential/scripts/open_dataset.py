"""open_dataset with engine zarr is open_zarr by another name."""
import xarray as xr

cube = xr.open_dataset("in/cube.zarr", engine="zarr", chunks={})
print(cube.sizes["time"], cube.attrs["title"])
(cube.pressure - 1e5).to_dataset(name="anomaly").to_zarr("out/open_dataset.zarr", mode="w")
