"""DataArray and Dataset from small numpy arrays and lists."""
import numpy as np
import xarray as xr

a = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("y", "x"), coords={"x": [10, 20, 30]}, name="a", attrs={"units": "1"})
b = xr.DataArray([1, 2, 3], dims="x", coords={"x": [20, 30, 40]})
print((a + b).values, a.sel(x=20).values, a.sum().item())
cube = xr.open_zarr("in/cube.zarr")
factor = xr.DataArray(np.linspace(0, 1, 12), dims="time", coords={"time": cube.time})
out = xr.Dataset({"a": a, "sum": a + b, "level": ("z", [1.5, 2.5])}, attrs={"title": "small"})
out.to_zarr("out/constructors.zarr", mode="w")
(cube.temperature * factor).to_dataset(name="t").to_zarr("out/constructors_factor.zarr", mode="w")
