"""Integers and truth values where numpy has rules of its own: rounding, powers, bounds beyond the dtype."""
import numpy as np
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr").isel(y=slice(0, 4), x=slice(0, 5))
flag = data.int8 > 0
out = data[["int8"]].assign(
    round_integer=data.int32.round(1),
    round_tens=data.int32.round(-1),
    round_tens_of_bytes=data.uint8.round(-1),
    numpy_round=np.round(data.int64, -2),
    square_of_flags=flag**2,
    cube_of_flags=flag**3,
    clip_beyond=data.uint8.clip(-1, 100),
    clip_none=data.int8.clip(-1000, 1000),
    fill_beyond=data.uint8.fillna(-1),
    where_wraps=data.uint8.where(flag, -1),
    where_wraps_far=xr.where(flag, 300, data.uint8),
)
print({name: str(out[name].dtype) for name in out.data_vars})
out.to_zarr("out/integer_corners.zarr", mode="w")
data[["int8", "uint16", "int64", "float32"]].round(-1).to_zarr("out/integer_corners_dataset.zarr", mode="w")
