"""Dimensions that may grow: named when a file is written, kept from the one that was read, and shown in the encoding."""
import pathlib

import xarray as xr

weather = xr.open_dataset("in/weather.nc", chunks={})
print(weather.encoding["unlimited_dims"], pathlib.Path(weather.encoding["source"]).name)
part = weather[["deflated", "height"]].isel(x=slice(0, 5))
part.to_netcdf("out/netcdf_unlimited.nc")
print(xr.open_dataset("out/netcdf_unlimited.nc").encoding["unlimited_dims"])
part.to_netcdf("out/netcdf_unlimited_other.nc", unlimited_dims=["y", "x"])
print(sorted(xr.open_dataset("out/netcdf_unlimited_other.nc").encoding["unlimited_dims"]))
part.encoding["unlimited_dims"] = {"x"}
part.to_netcdf("out/netcdf_unlimited_named.nc")
print(xr.open_dataset("out/netcdf_unlimited_named.nc").encoding["unlimited_dims"])
part.encoding = {}
part.to_netcdf("out/netcdf_unlimited_none.nc", unlimited_dims=[])
print(len(xr.open_dataset("out/netcdf_unlimited_none.nc").encoding["unlimited_dims"]))
try:
    part.to_netcdf("wrong.nc", unlimited_dims=["depth"])
except ValueError:
    print("no such dimension")


def named(dataset):
    month = pathlib.Path(dataset.encoding["source"]).stem
    return dataset[["rain"]].mean("time").assign_coords(month=month).expand_dims("month")


months = xr.open_mfdataset("in/months/2001-0*.nc", preprocess=named, combine="nested", concat_dim="month")
print([str(month) for month in months.month.values], months.rain.dims, float(months.rain.sum()))
