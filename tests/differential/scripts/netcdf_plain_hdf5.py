"""HDF5 without conventions opens by phony dimensions."""
import xarray as xr

plain = xr.open_dataset("in/plain.h5", engine="netcdf4", chunks={})
for name in ["square", "line", "chunked", "scaled"]:
    print(name, plain[name].dims, plain[name].dtype, plain[name].values[1])
print(plain.attrs["made_by"])
print(xr.open_dataset("in/plain.h5", engine="netcdf4", group="inner").deep.values)
