"""With and without consolidated metadata."""
import xarray as xr

for kind in ("v2", "v3"):
    data = xr.open_zarr(f"in/unconsolidated_{kind}.zarr", consolidated=False)
    (data.value + data.x).to_dataset(name="value").drop_encoding().to_zarr(f"out/storage_consolidated_{kind}.zarr", mode="w")
data = xr.open_zarr("in/cube.zarr", consolidated=True)
data[["height"]].to_zarr("out/storage_consolidated_cube.zarr", mode="w", consolidated=True)
