"""Coordinates of two dimensions follow a transposition; the mean of a dataset keeps times."""
import numpy as np
import xarray as xr

f = xr.DataArray(
    np.arange(6.0).reshape(2, 3), dims=["y", "x"], coords={"m": (["y", "x"], np.arange(6).reshape(2, 3) * 10)}, name="f"
)
turned = f.T
print(turned.dims, turned.m.dims, turned.m.values[2, 1])
(turned + 0).to_dataset(name="f").to_zarr("out/transpose_coordinates.zarr", mode="w")
t = xr.DataArray(np.array(["2000-01-01", "2000-01-03"], dtype="datetime64[ns]"), dims="t")
means = xr.Dataset({"w": t, "v": ("t", np.array([1.0, 2.0]))}).mean("t")
print(sorted(means.data_vars), float(means.v), str(means.w.values)[:10])
for turn in (True, False):
    print(f.transpose("x", "y", transpose_coords=turn).dims, f.transpose("x", "y", transpose_coords=turn).m.dims)
