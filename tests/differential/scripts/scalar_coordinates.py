"""Equal scalar coordinates survive arithmetic, conflicting ones vanish."""
import xarray as xr

t = xr.open_zarr("in/cube.zarr").temperature
change = t.isel(time=5) - t.isel(time=2)
same = t.isel(time=5) + t.isel(time=5)
print(sorted(change.coords), sorted(same.coords))
change.to_dataset(name="change").to_zarr("out/scalar_coordinates_change.zarr", mode="w")
same.to_dataset(name="same").to_zarr("out/scalar_coordinates_same.zarr", mode="w")
