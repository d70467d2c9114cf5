"""xr.where and np.where with three arguments; arrays and scalars."""
import numpy as np
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr")
out = xr.where(data["bool"], data.float32, 0).to_dataset(name="scalar").assign(
    both=xr.where(data.int8 > 0, data.int8, -data.int8),
    scalars=xr.where(data["bool"], 1.0, np.nan),
    wide=xr.where(data["bool"], data.int32, data.float32),
)
print(int(np.where(data["bool"], 2, 0).sum()), float(np.where(data.int8 > 0, data.float64.fillna(1), 0.5).max()))
print(out.both.dtype, out.scalars.dtype, out.wide.dtype)
out.to_zarr("out/where_function.zarr", mode="w")
