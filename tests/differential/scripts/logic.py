"""& | ^ ~ on booleans, and on integers bit by bit."""
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr")
a, b = data["bool"], data.int8 > 0
out = (a & b).to_dataset(name="both").assign(
    either=a | b,
    odd=a ^ b,
    neither=~(a | b),
    invert=~data.int16,
    mask=data.uint8 & 15,
    set_bits=data.uint8 | 1,
    pair=data.int32 & data.int8,
)
out.to_zarr("out/logic.zarr", mode="w")
