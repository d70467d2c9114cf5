"""NetCDF to Zarr, Zarr to NetCDF, NetCDF to NetCDF: encodings stay."""
import xarray as xr

weather = xr.open_dataset("in/weather.nc", chunks={})
weather = weather.drop_vars(["crs", "big_endian"])
weather.to_netcdf("out/netcdf_converted.nc")
weather[["deflated", "visits"]].to_zarr("out/netcdf_converted.zarr", mode="w")
packed = xr.open_dataset("in/packed.nc", chunks={})[["single", "double", "wide"]]
packed.to_netcdf("out/netcdf_converted_packed.nc")
