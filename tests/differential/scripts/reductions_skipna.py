"""skipna=False lets NaN through; skipna=True on arrays without any is the same as none."""
import xarray as xr

data = xr.open_zarr("in/nan_patterns.zarr")
for skip in (True, False):
    for name in ("holes", "holes32", "nothing", "infinite"):
        a = data[name]
        out = a.mean("x", skipna=skip).to_dataset(name="mean").assign(
            sum=a.sum("x", skipna=skip),
            prod=a.prod("x", skipna=skip),
            min=a.min("x", skipna=skip),
            max=a.max("x", skipna=skip),
            std=a.std("x", skipna=skip),
            var=a.var("x", skipna=skip),
            total=a.sum(skipna=skip),
            highest=a.max(skipna=skip),
        )
        out.to_zarr(f"out/reductions_skipna_{name}_{skip}.zarr", mode="w")
