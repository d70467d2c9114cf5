"""Every dtype through Zarr v3."""
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr")
for name in sorted(data.data_vars):
    print(name, data[name].dtype)
data.isel(x=slice(None, None, 1)).to_zarr("out/storage_v3_dtypes.zarr", mode="w")
