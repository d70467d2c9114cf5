"""All six comparisons, with scalars on both sides and with arrays; NaN compares false save for !=."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
t, w = cube.temperature, cube.wind
out = (t > 270).to_dataset(name="gt").assign(
    ge=t >= 270, lt=w < 0, le=w <= 0, eq=w == w, ne=w != w, rgt=270 > t, pair=t < w * 60, level=(t > 270) == (w > 0)
)
print(out.gt.dtype)
out.to_zarr("out/comparisons.zarr", mode="w")
