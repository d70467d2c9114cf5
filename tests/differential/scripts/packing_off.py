"""mask_and_scale=False gives the numbers as stored."""
import xarray as xr

data = xr.open_zarr("in/packed.zarr", mask_and_scale=False)
print(data.double.dtype, data.byte.dtype, int(data.byte.max()), float(data.double.attrs["scale_factor"]))
(data.byte.astype("int32") + 1).drop_attrs().to_dataset(name="byte").to_zarr("out/packing_off.zarr", mode="w")
