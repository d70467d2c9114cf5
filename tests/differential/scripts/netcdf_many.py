"""open_mfdataset: by coordinates, nested, with preprocess; statistics over all files."""
import xarray as xr

months = xr.open_mfdataset("in/months/*.nc", combine="by_coords")
print(dict(months.sizes), sorted(months.data_vars), months.attrs["source"], months.height.dims)
print(months.time.values[0], months.time.values[-1], months.rain.dtype)
print(months.rain.sel(time="2001-12-31").values[0])
print(float(months.rain.mean()), float(months.rain.sel(time=slice("2001-06-15", "2002-02-10")).max()))
months.rain.groupby("time.month").mean().to_dataset(name="climate").to_zarr("out/netcdf_many.zarr", mode="w")
files = [f"in/months/2001-{month:02}.nc" for month in (3, 1, 2)]
nested = xr.open_mfdataset(files, combine="nested", concat_dim="time", data_vars="minimal", coords="minimal", compat="override")
print(nested.time.values[[0, 31, -1]], nested.height.dims, float(nested.rain.sum()))


def first_days(dataset):
    return dataset[["rain"]].isel(time=slice(0, 2))


few = xr.open_mfdataset("in/months/2002-*.nc", preprocess=first_days, chunks={"time": 1})
print(dict(few.sizes), few.rain.chunks[0][:3], few.time.values[:3])
few.to_netcdf("out/netcdf_many.nc")
try:
    xr.open_mfdataset("in/months/nothing*.nc")
except OSError as error:
    print("no files")
