"""Records and lists can't be read: what lies beside them can, and what they are is said when they are wanted."""
import xarray as xr

usual = xr.open_dataset("in/compound.nc", drop_variables=["records", "lists"])
print(usual.usual.values, sorted(usual.variables))
usual.to_zarr("out/netcdf_compound.zarr", mode="w")
everything = xr.open_dataset("in/compound.nc", chunks={})
print(float(everything.usual.sum()), everything.sizes["x"])
everything[["usual"]].to_netcdf("out/netcdf_compound.nc")
