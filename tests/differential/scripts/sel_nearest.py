"""The nearest label, for one value and for several; ties and both ends."""
import xarray as xr

t = xr.open_zarr("in/cube.zarr").temperature
one = t.sel(y=57.6, x=-3.1, method="nearest")
print(float(one.y), float(one.x), one.shape)
(one + 0).chunk(-1).to_dataset(name="t").to_zarr("out/sel_nearest_one.zarr", mode="w")
(t.sel(x=[-100, -2.05, 100], method="nearest") + 0).chunk(-1).to_dataset(name="t").to_zarr("out/sel_nearest_list.zarr", mode="w")
