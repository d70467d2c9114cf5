"""Shards as input of reductions and of another grid."""
import xarray as xr

value = xr.open_zarr("in/v3_sharded.zarr", consolidated=False).value
out = value.mean("y").to_dataset(name="mean").assign(highest=value.max("x"), corner=value[-2:, -3:].sum())
out.chunk(-1).to_zarr("out/storage_sharded_copy.zarr", mode="w")
