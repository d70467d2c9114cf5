"""Plain HDF5 with more of one length, in groups, big-endian and grown: dimensions are invented as netCDF does."""
import xarray as xr

for group in [None, "inner"]:
    plain = xr.open_dataset("in/plain.h5", engine="netcdf4", group=group, chunks={})
    for name in sorted(plain.variables):
        if name != "grown":
            print(group, name, plain[name].dims, plain[name].shape, plain[name].dtype, float(plain[name].sum()))
plain = xr.open_dataset("in/plain.h5", engine="netcdf4", chunks={}, drop_variables=["grown"])
first, second = plain.square.dims
both = plain.square * plain.line.rename({plain.line.dims[0]: first})
print(both.dims, float(both.sum()))
renamed = plain[["square", "line"]].rename({first: "y", second: "x"})
renamed.to_netcdf("out/netcdf_plain_groups.nc")
print(renamed.square.mean("y").values)
