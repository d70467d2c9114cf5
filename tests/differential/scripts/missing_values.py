"""fillna, isnull, notnull and clip."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
t, w = cube.temperature, cube.wind
out = t.fillna(0).to_dataset(name="fill").assign(
    fill_array=t.fillna(w),
    fill_row=w.fillna(cube.weight),
    isnull=t.isnull(),
    notnull=t.notnull(),
    clip=t.clip(260, 280),
    clip_min=t.clip(min=270),
    clip_max=w.clip(max=1),
)
print(out["isnull"].dtype, out["fill"].dtype)
out.to_zarr("out/missing_values.zarr", mode="w")
cube[["temperature", "wind"]].fillna(-1).to_zarr("out/missing_values_dataset.zarr", mode="w")
