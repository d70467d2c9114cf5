"""Packed numbers of every width, unsigned bytes, enumerations: dtypes and values, decoded and as stored."""
import xarray as xr

packed = xr.open_dataset("in/packed.nc", chunks={})
for name in ["single", "double", "factor", "offset", "wide", "byte", "unsigned"]:
    print(name, packed[name].dtype, packed[name].values[2])
stored = xr.open_dataset("in/packed.nc", chunks={}, mask_and_scale=False)
for name in ["single", "wide", "byte", "unsigned", "sky"]:
    print(name, stored[name].dtype, stored[name].values[2])
packed.drop_vars("sky").to_zarr("out/netcdf_packed.zarr", mode="w")
