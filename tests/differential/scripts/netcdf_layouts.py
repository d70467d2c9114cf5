"""NetCDF-4 variables in chunks under every filter, contiguous and big-endian ones: values, parts, statistics."""
import xarray as xr

weather = xr.open_dataset("in/weather.nc", chunks={})
print(sorted(weather.data_vars), sorted(weather.coords), dict(weather.sizes))
for name in ["deflated", "unshuffled", "checked", "only_checked", "big_endian", "unfiltered"]:
    variable = weather[name]
    print(name, variable.dtype, variable.dims, variable.shape, variable.attrs["units"])
    print(variable.isel(time=7, y=slice(3, 6), x=2).values)
    print(float(variable.mean()), float(variable.isel(x=slice(4, 21)).max()))
print(weather.height.isel(y=slice(2, 15, 4), x=slice(20, 23)).values)
print(weather.land.values[4], weather.land.dtype, int(weather.land.sum()))
print(weather.visits.isel(time=3).sum("x").values, weather.visits.dtype)
weather.drop_vars(["crs"]).to_zarr("out/netcdf_layouts.zarr", mode="w")
