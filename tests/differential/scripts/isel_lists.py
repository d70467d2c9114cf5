"""Positions given as lists and arrays, in any order and repeated."""
import numpy as np
import xarray as xr

t = xr.open_zarr("in/cube.zarr").temperature
(t.isel(x=[3, 1, 22, 1]) + 0).chunk(-1).to_dataset(name="t").to_zarr("out/isel_lists_x.zarr", mode="w")
(t.isel(time=np.array([0, 11]), y=[5]) + 0).chunk(-1).to_dataset(name="t").to_zarr("out/isel_lists_time.zarr", mode="w")
