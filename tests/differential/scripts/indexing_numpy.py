"""numpy-style indexing with integers, slices, ellipsis and negative steps."""
import xarray as xr

t = xr.open_zarr("in/cube.zarr").temperature
for name, part in (
    ("first", t[0]),
    ("pair", t[2, 3:9]),
    ("steps", t[::2, 1::3, ::-1]),
    ("ellipsis", t[..., 4]),
    ("last", t[-1, -3:, :-5:2]),
    ("reverse", t[::-1, ::-2, 20:3:-4]),
):
    print(name, part.shape)
    (part * 1).chunk(-1).to_dataset(name="t").to_zarr(f"out/indexing_numpy_{name}.zarr", mode="w")
