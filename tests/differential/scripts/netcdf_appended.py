"""to_netcdf(mode="a"): variables added to a file, values and attributes replaced in it, other lengths refused."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
cube[["temperature"]].to_netcdf("out/netcdf_appended.nc")
more = cube[["wind", "pressure", "height"]]
more.attrs["history"] = "added"
more.to_netcdf("out/netcdf_appended.nc", mode="a", encoding={"wind": {"zlib": True, "chunksizes": (4, 17, 23)}})
warmer = cube[["temperature"]] + 1
warmer.temperature.attrs["long_name"] = "warmer air"
warmer.to_netcdf("out/netcdf_appended.nc", mode="a")
try:
    cube[["pressure"]].isel(time=slice(0, 3)).to_netcdf("out/netcdf_appended.nc", mode="a")
except ValueError as error:
    print("another length")
cube.temperature.mean(("y", "x")).rename("mean").to_netcdf("out/netcdf_appended.nc", mode="a")
cube[["gravity"]].to_netcdf("out/netcdf_appended_new.nc", mode="a")
back = xr.open_dataset("out/netcdf_appended.nc", chunks={})
print(sorted(back.data_vars), sorted(back.coords), dict(back.sizes))
print(float(back.temperature.mean()), back.temperature.attrs["long_name"], back.attrs["history"], back.attrs["title"])
print(float(back.wind.sum()), back.wind.encoding["zlib"], float(back["mean"].isel(time=3)))
growing = cube[["wind"]].isel(time=slice(0, 5))
growing.to_netcdf("out/netcdf_appended_unlimited.nc", unlimited_dims=["time"], encoding={"wind": {"dtype": "float64"}})
(growing.wind * 2).rename("double").to_netcdf("out/netcdf_appended_unlimited.nc", mode="a")
growing.to_netcdf("out/netcdf_appended_unlimited.nc", mode="a")
print(float(xr.open_dataset("out/netcdf_appended_unlimited.nc").double.sum()))
