"""Float division by zero gives infinities and NaN; integer floor division by zero gives 0."""
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr")
out = (data.float64 / 0).to_dataset(name="float_zero").assign(
    zero_zero=(data.float64 * 0) / 0,
    int_true=data.int32 / 0,
    int_floor=data.int32 // 0,
    int_modulo=data.int32 % 0,
    float_floor=data.float32 // 0.5,
    float_modulo=data.float32 % -0.5,
)
out.to_zarr("out/arithmetic_division_by_zero.zarr", mode="w")
