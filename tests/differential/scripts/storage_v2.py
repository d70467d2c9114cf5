"""Compressors, orders, separators and byte orders of Zarr v2."""
import xarray as xr

kinds = ["blosc", "blosc_zstd", "zstd", "gzip", "zlib", "bz2", "raw", "fortran", "slashes", "big_endian", "big_endian_int"]
for kind in kinds:
    value = xr.open_zarr(f"in/v2_{kind}.zarr", consolidated=False).value
    print(kind, value.dims, float(value.sum()), float(value[3:9, ::5].mean()))
    (value * 2).chunk({"y": 5, "x": 8}).to_dataset(name="double").to_zarr(f"out/storage_v2_{kind}.zarr", mode="w")
