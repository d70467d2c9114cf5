"""What was opened without chunks has none, and is written to Zarr whatever became of the file's."""

import numpy as np
import xarray as xr

ds = xr.Dataset({"a": (("t", "y"), np.arange(24.0).reshape(12, 2))})
ds.to_netcdf("out/unchunked_to_zarr_in.nc", encoding={"a": {"chunksizes": (4, 2), "zlib": True}})
d = xr.open_dataset("out/unchunked_to_zarr_in.nc")
for k, r in {
    "shift": d.shift(t=1),
    "roll": d.roll(t=1),
    "concat": xr.concat([d, d], "t"),
    "sub": d.isel(t=slice(1, 9)),
    "add": d + 1,
    "pad": d.pad(t=1),
}.items():
    r.to_zarr("out/unchunked_to_zarr.zarr", mode="w")
    b = xr.open_zarr("out/unchunked_to_zarr.zarr")
    print(k, float(b.a.sum()))
