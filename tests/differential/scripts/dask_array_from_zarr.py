"""from_zarr of a group's array and of a sharded one."""
import dask.array as da

value = da.from_zarr("in/v3_zstd_checksum.zarr/value")
print(value.shape, value.dtype, value.chunksize, float(value.sum().compute()))
sharded = da.from_zarr("in/v3_sharded.zarr", component="value")
print(float((sharded - value).sum().compute()), float(abs(sharded - value).max().compute()))
