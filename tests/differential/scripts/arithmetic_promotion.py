"""numpy's promotion for every pair of dtypes."""
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr").isel(y=slice(0, 4), x=slice(0, 5))
names = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]
out = data[["int8"]]
for left in names:
    for right in names:
        out = out.assign({f"{left}_{right}": data[left] * data[right]})
        print(left, right, out[f"{left}_{right}"].dtype, (data[left] / data[right]).dtype)
out.to_zarr("out/arithmetic_promotion.zarr", mode="w")
