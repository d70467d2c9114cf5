"""Arithmetic keeps the labels that both have, in the order of the left where they are not equal."""
import xarray as xr

a = xr.open_zarr("in/left.zarr").a
b = xr.open_zarr("in/right.zarr").b
total = a + b
print(total.shape, total.x.values, total.y.values)
total.chunk(-1).to_dataset(name="sum").to_zarr("out/alignment_sum.zarr", mode="w")
(b - a.isel(y=slice(0, 3))).chunk(-1).to_dataset(name="difference").to_zarr("out/alignment_difference.zarr", mode="w")
(a > b).chunk(-1).to_dataset(name="greater").to_zarr("out/alignment_greater.zarr", mode="w")
