"""A packed variable that is written as it is gets packed again; after arithmetic it doesn't."""
import xarray as xr

data = xr.open_zarr("in/packed.zarr")
data.to_zarr("out/packing_copy.zarr", mode="w")
data.isel(x=slice(0, 6)).to_zarr("out/packing_copy_part.zarr", mode="w")
(data * 1).to_zarr("out/packing_copy_unpacked.zarr", mode="w")
