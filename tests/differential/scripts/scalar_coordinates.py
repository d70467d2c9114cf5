"""Equal scalar coordinates survive arithmetic, conflicting ones vanish, and a dimension's own labels win over a scalar."""
import xarray as xr

t = xr.open_zarr("in/cube.zarr").temperature
change = t.isel(time=5) - t.isel(time=2)
same = t.isel(time=5) + t.isel(time=5)
since = t - t.isel(time=0)
print(sorted(change.coords), sorted(same.coords), sorted(since.coords), sorted((t.isel(time=0) * t).coords))
change.to_dataset(name="change").to_zarr("out/scalar_coordinates_change.zarr", mode="w")
since.to_dataset(name="since").to_zarr("out/scalar_coordinates_since.zarr", mode="w")
same.to_dataset(name="same").to_zarr("out/scalar_coordinates_same.zarr", mode="w")
