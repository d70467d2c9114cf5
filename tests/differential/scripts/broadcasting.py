"""Dimensions are matched by name, never by position."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
out = (cube.weight * cube.temperature).to_dataset(name="by_weight").assign(
    surface=cube.height + cube.temperature.isel(time=0),
    strip=cube.weight * cube.temperature.isel(y=0, time=0),
    scalar=cube.gravity * cube.height,
    less_latitude=cube.temperature - cube.y,
    corners=cube.x + cube.y,
)
print(out.by_weight.dims, out.strip.dims, out.corners.dims)
out.to_zarr("out/broadcasting.zarr", mode="w")
