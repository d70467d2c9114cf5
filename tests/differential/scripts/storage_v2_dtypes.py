"""Every dtype through Zarr v2, whose integer fill value of 0 masks nothing here that it doesn't in xarray."""
import xarray as xr

data = xr.open_zarr("in/dtypes_v2.zarr")
for name in sorted(data.data_vars):
    print(name, data[name].dtype, float(data[name].sum()))
data.drop_encoding().to_zarr("out/storage_v2_dtypes.zarr", mode="w")
