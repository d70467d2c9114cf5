"""A time axis in other units than days: read, cut and written in its own units."""
import xarray as xr

data = xr.open_zarr("in/times.zarr")
print(data.time.dtype, str(data.time.values[0]), str(data.time.values[-1]))
data[["value"]].mean("x").to_zarr("out/times_axis.zarr", mode="w")
data[["value"]].isel(time=slice(2, 7)).chunk(-1).to_zarr("out/times_axis_part.zarr", mode="w")
old = xr.open_zarr("in/times_v2.zarr")
print(str(old.time.values[0]), old["age"].dtype, old["age"].attrs)
(old.drop_encoding() * 2).to_zarr("out/times_axis_old.zarr", mode="w")
