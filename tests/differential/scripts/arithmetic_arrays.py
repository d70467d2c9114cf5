"""Arithmetic between arrays of one grid, float32 with float64 too."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
t, w, p = cube.temperature, cube.wind, cube.pressure
out = (t + w).to_dataset(name="sum").assign(
    difference=t - w, product=t * p, ratio=p / t, power=abs(w) ** 1.5, nested=(t - w) / (t + w) * p - 3
)
out.to_zarr("out/arithmetic_arrays.zarr", mode="w")
