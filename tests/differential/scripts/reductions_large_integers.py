"""Sums and extrema of integers beyond 2**53 are exact; sums wrap at 64 bits."""
import xarray as xr

data = xr.open_zarr("in/large_integers.zarr")
print(int(data.int64.max()), int(data.uint64.min()), int(data.uint64.max()), int(data.int8.min()))
print(int(data.int32.sum()), int(data.uint8.sum()), int(data.int8.prod()))
data.sum().to_zarr("out/reductions_large_integers_sum.zarr", mode="w")
data.max("x").to_zarr("out/reductions_large_integers_max.zarr", mode="w")
