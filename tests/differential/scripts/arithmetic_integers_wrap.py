"""Integer arithmetic wraps at its own width, and floors towards minus infinity."""
import xarray as xr

data = xr.open_zarr("in/large_integers.zarr")
out = (data.uint8 + data.uint8).to_dataset(name="uint8_sum").assign(
    int8_product=data.int8 * data.int8,
    int8_negative=-data.int8,
    int8_absolute=abs(data.int8),
    int32_sum=data.int32 + data.int32,
    int64_product=data.int64 * 3,
    uint64_difference=data.uint64 - 2**63,
    uint8_minus=data.uint8 - 200,
    floor=data.int8 // 7,
    floor_negative=data.int8 // -7,
    modulo=data.int8 % 7,
    modulo_negative=data.int8 % -7,
    true_division=data.int8 / 4,
    square=data.int32**2,
)
out.to_zarr("out/arithmetic_integers_wrap.zarr", mode="w")
