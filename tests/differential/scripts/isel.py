"""Positions: integers, negative ones, slices with and without steps, several dimensions at once."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
t = cube.temperature
for name, part in (
    ("scalar", t.isel(time=3)),
    ("negative", t.isel(time=-1, x=-2)),
    ("slice", t.isel(y=slice(4, 13), x=slice(None, -3))),
    ("step", t.isel(y=slice(1, None, 3), x=slice(None, None, 5))),
    ("empty", t.isel(x=slice(5, 5))),
    ("beyond", t.isel(x=slice(20, 100))),
    ("point", t.isel(time=0, y=1, x=2)),
):
    print(name, part.shape, part.dims)
    (part + 0).chunk(-1).to_dataset(name="t").to_zarr(f"out/isel_{name}.zarr", mode="w")
cube.isel(time=slice(2, 9, 2)).mean("y").to_zarr("out/isel_dataset.zarr", mode="w")
