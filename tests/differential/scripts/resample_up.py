"""Times between times."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr").isel(time=slice(3, 9))
x = ds.temperature.assign_coords(step=("time", np.arange(6)))
step = x.resample(time="12h")
for name in ["ffill", "bfill", "nearest", "asfreq"]:
    filled = getattr(step, name)()
    print(name, filled.dtype, filled.dims, list(filled.coords), filled.attrs)
    print(filled.isel(y=1, x=2).values, filled.time.values[:3])
between = step.interpolate("linear")
print(between.dtype, list(between.coords), between.isel(y=1, x=2).values)
print(step.interpolate("nearest").isel(y=1, x=2).values)
print(step.ffill(tolerance=np.timedelta64(6, "h")).isel(y=1, x=2).values)
print(ds.visits.resample(time="12h").bfill().dtype, ds.visits.resample(time="8h").nearest().isel(y=2).values)
between.chunk({"time": 4}).to_dataset(name="between").to_zarr("out/resample_up.zarr", mode="w")
