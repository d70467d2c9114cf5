"""valid_range, valid_min and valid_max mask nothing: they stay attributes, and are written again."""
import xarray as xr

ranges = xr.open_dataset("in/ranges.nc", chunks={})
for name in sorted(ranges.data_vars):
    print(name, ranges[name].dtype, ranges[name].values, sorted(ranges[name].attrs))
print([float(end) for end in ranges.in_range.attrs["valid_range"]], ranges.at_most.attrs["valid_max"], int(ranges.at_least.attrs["valid_min"]))
raw = xr.open_dataset("in/ranges.nc", mask_and_scale=False)
for name in sorted(raw.data_vars):
    print(name, raw[name].dtype, raw[name].values, sorted(raw[name].attrs))
ranges.to_netcdf("out/netcdf_valid_range.nc")
ranges.drop_vars(["packed", "unsigned"]).to_zarr("out/netcdf_valid_range.zarr", mode="w")
valid = ranges.in_range.where((ranges.in_range >= ranges.in_range.valid_range[0]) & (ranges.in_range <= ranges.in_range.valid_range[1]))
print(valid.values)
