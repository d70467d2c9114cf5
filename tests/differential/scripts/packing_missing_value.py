"""missing_value masks as _FillValue does."""
import xarray as xr

data = xr.open_zarr("in/missing_value.zarr")
print(data.value.dtype, int(data.value.count()), float(data.value.sum()))
(data.value + 0).to_dataset(name="value").to_zarr("out/packing_missing_value.zarr", mode="w")
