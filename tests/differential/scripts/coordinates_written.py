"""Coordinates with and without dimensions come along with a variable that carries them."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
scene = xr.open_zarr("in/scene.zarr")
cube.temperature.isel(time=0).to_dataset(name="t").to_zarr("out/coordinates_written_cube.zarr", mode="w")
(scene.reflectance.astype("float32") * 1e-4).to_dataset(name="r").to_zarr("out/coordinates_written_scene.zarr", mode="w")
print(sorted(scene.reflectance.coords), scene.spatial_ref.attrs["GeoTransform"])
