"""`open_dataarray`, `load_dataset` and `load_dataarray`; what scripts assert of results with `xarray.testing`."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")
ds[["height"]].to_netcdf("out/opened_arrays_one.nc")
(ds.weight * 2).rename(None).to_netcdf("out/opened_arrays_unnamed.nc")
height = xr.open_dataarray("out/opened_arrays_one.nc", chunks={})
print(height.name, height.dims, height.chunks is not None, list(height.coords), height.attrs)
print(xr.load_dataarray("out/opened_arrays_unnamed.nc"))
loaded = xr.load_dataset("in/cube.zarr", engine="zarr", drop_variables=["wind"])
print(list(loaded), loaded.temperature.chunks, loaded.height.mean().values, (loaded.height + 1).chunks, loaded.height[:2, :2] * 2)
xr.testing.assert_equal(height, ds.height)
xr.testing.assert_identical(ds.weight, ds.weight.copy())
xr.testing.assert_allclose(ds.height, ds.height * (1 + 1e-7))
xr.testing.assert_allclose(ds, ds + 0.0)
for wrong in (
    lambda: xr.testing.assert_equal(ds.height, ds.height + 1),
    lambda: xr.testing.assert_identical(ds.height, ds.height.assign_attrs(k=1)),
    lambda: xr.testing.assert_allclose(ds.height, ds.height * 1.01),
    lambda: xr.testing.assert_allclose(ds.height, ds[["height"]]),
    lambda: xr.testing.assert_allclose(ds.height, ds.height.T),
    lambda: xr.open_dataarray("in/cube.zarr", engine="zarr"),
):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
