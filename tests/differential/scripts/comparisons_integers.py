"""Integers compare by value, whatever their widths and signs."""
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr")
large = xr.open_zarr("in/large_integers.zarr")
out = (data.int8 < data.uint8).to_dataset(name="a").assign(
    b=data.int64 >= data.uint64, c=data.int16 == data.float32, d=data.uint8 > -1, e=data["bool"] == 1, f=data.int8 != 5
)
out.to_zarr("out/comparisons_integers.zarr", mode="w")
out = (large.int64 < large.uint64).to_dataset(name="g").assign(h=large.int64 > 2**61, i=large.uint64 >= 2**63)
out.to_zarr("out/comparisons_integers_large.zarr", mode="w")
