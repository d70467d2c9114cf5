"""`where` keeps values where the condition holds; integers become floats unless `other` is given."""
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr")
out = data.float64.where(data["bool"]).to_dataset(name="float64").assign(
    float32=data.float32.where(data.float32 > 0),
    int8=data.int8.where(data.int8 > 0),
    int64=data.int64.where(data.int64 > 0),
    other=data.int16.where(data.int16 > 0, 0),
    other_float=data.float32.where(data.float32 > 0, -1.5),
    other_array=data.int16.where(data["bool"], data.int32),
    row=data.float64.where(data.y > 3),
    flag=data["bool"].where(data.x > 6, False),
)
for name in ("float32", "int8", "int64", "other", "other_float", "other_array"):
    print(name, out[name].dtype)
out.to_zarr("out/where_method.zarr", mode="w")
