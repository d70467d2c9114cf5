"""Chunks that were never written hold the fill value, which Zarr v2 masks and v3 doesn't."""
import xarray as xr

for kind in ("v2", "v3"):
    value = xr.open_zarr(f"in/{kind}_unwritten.zarr", consolidated=False).value
    print(kind, value.dtype, float(value.min()), int(value.count()), float(value.sum()))
    (value + 1).to_dataset(name="value").to_zarr(f"out/storage_unwritten_chunks_{kind}.zarr", mode="w")
