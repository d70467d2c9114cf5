"""transpose by name and without names, .T, and arithmetic between orders."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
t = cube.temperature
print(t.T.dims, t.transpose("x", "time", "y").dims, t.transpose(..., "time").dims)
out = (t.transpose("x", "time", "y") + cube.wind).to_dataset(name="mixed").assign(
    flipped=cube.height.T * 2, swapped=cube.height + cube.height.T
)
print(out.mixed.dims, out.swapped.dims)
out.to_zarr("out/transpose.zarr", mode="w")
(t.T + 0).to_dataset(name="t").to_zarr("out/transpose_all.zarr", mode="w")
