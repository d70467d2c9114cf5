"""Codecs and key encodings of Zarr v3."""
import xarray as xr

kinds = ["blosc_lz4", "blosc_zstd_bits", "blosc_zlib", "zstd_checksum", "gzip", "raw", "crc32c", "big_endian", "fortran", "sharded", "sharded_gzip", "dots", "keys_v2", "one_chunk"]
for kind in kinds:
    value = xr.open_zarr(f"in/v3_{kind}.zarr", consolidated=False).value
    print(kind, value.dims, value.dtype, float(value.sum()), float(value[3:9, ::5].mean()))
    (value * 2).chunk({"y": 5, "x": 8}).to_dataset(name="double").to_zarr(f"out/storage_v3_{kind}.zarr", mode="w")
