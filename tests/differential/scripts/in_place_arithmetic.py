"""Augmented assignment makes a new lazy array."""
import xarray as xr

t = xr.open_zarr("in/cube.zarr").temperature
u = t
u = u - 273.15
u *= 2
u += t.mean("time")
print(u.dtype, t.dtype)
u.to_dataset(name="u").to_zarr("out/in_place_arithmetic.zarr", mode="w")
