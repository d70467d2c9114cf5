import numpy as np
import xarray as xr

ds = xr.open_dataset("in/weather.nc").drop_vars("level").drop_attrs()
print(ds.chunks, ds.deflated.chunks, ds.chunksizes, ds.chunk().deflated.chunks is not None, ds.chunk(x=10).deflated.chunks)
print(ds[["deflated", "land"]])
print(ds.deflated)
print(ds.deflated.isel(time=0, y=slice(2, 4)))
print(ds.deflated.mean("time").chunks, ds.chunk(time=4).mean("x").deflated.chunks)
print(ds.deflated.mean(["time", "x"]))
print(ds.deflated.max())
print(ds[["deflated", "height"]].mean())
print((ds.deflated - 273.15).isel(time=3, y=1, x=slice(0, 4)))
print(ds.assign(celsius=ds.deflated - 273.15)[["celsius", "land"]].isel(x=0, y=0))
print(ds.load().land.isel(y=0))

opened = xr.open_dataset("in/weather.nc").drop_vars("level").drop_attrs()
spread = xr.apply_ufunc(
    lambda a: np.nanmax(a, axis=-1) - np.nanmin(a, axis=-1), opened.deflated, input_core_dims=[["time"]], dask="parallelized"
)
print(spread.dims, spread.values[0, :4])
print(xr.apply_ufunc(np.digitize, opened.height, kwargs={"bins": [500, 1500]}).values[0, :8])
scaled = xr.apply_ufunc(lambda a, b: a / b, opened.deflated, opened.deflated.max("time"))
print(scaled.dtype, float(scaled.min()))
print(opened.deflated.interp(y=[0.3, 1.2]).dtype, opened.deflated.chunk(time=5).interp(y=[0.3]).dtype)
zarr = xr.open_zarr("in/cube.zarr", chunks=None).drop_vars(["level", "station"]).drop_attrs()
print(zarr.wind.chunks, zarr.wind.std("time").isel(y=0, x=slice(0, 3)))
print(xr.open_dataset("in/cube.zarr", engine="zarr").chunks, xr.open_zarr("in/cube.zarr").wind.chunks)
print(xr.open_dataset("in/cube.zarr", chunks={}).wind.chunks)
total = (zarr.wind + zarr.temperature).sum(["x", "y"])
total.to_dataset(name="total").to_zarr("out/opened_without_chunks.zarr", mode="w")
opened.deflated.resample(time="3D").mean().to_netcdf("out/opened_without_chunks.nc")
whole = opened.deflated.fillna(0).astype("int32")
for like in (xr.zeros_like(whole), xr.full_like(whole, 3), whole.isnull(), whole.isin([]), whole.combine_first(whole.isel(y=0))):
    print(like.chunks, like.dtype, float(like.sum()))
print(xr.DataArray([1, 2]).isnull(), xr.dot(whole.combine_first(whole.isel(y=0)), whole, dim="y").dtype)
zeros = xr.zeros_like(whole)
zeros[0] = 5
print(float(zeros.sum()), whole.chunk(time=2).isnull().chunks)
