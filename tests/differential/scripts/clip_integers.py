"""clip keeps the dtype of integers with integer bounds."""
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr")
out = data.int8.clip(-50, 50).to_dataset(name="int8").assign(
    uint8=data.uint8.clip(10, 100), int64=data.int64.clip(0), float32=data.float32.clip(-1.5, 1.5), isnull=data.int8.isnull()
)
for name in ("int8", "uint8", "int64", "float32"):
    print(name, out[name].dtype)
out.to_zarr("out/clip_integers.zarr", mode="w")
