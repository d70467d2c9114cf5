"""Parameters that are rarer: offsets of steps, order at the ends, dimensions that may be missing, axes."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
x = ds.temperature.astype("float64").isel(time=slice(0, 40))
for offset in ["1D", np.timedelta64(2, "D")]:
    found = x.resample(time="5D", offset=offset).mean()
    print(found.time.values[[0, 1, -1]], found.isel(y=1, x=2).values)
print(x.differentiate("time", edge_order=2, datetime_unit="D").isel(y=1, x=2, time=[0, 1, -1]).values)
uneven = ds.height.assign_coords(x=[0.0, 1.0, 3.0, 3.5, 7.0, 8.0, 12.0])
print(uneven.differentiate("x", edge_order=2).isel(y=1).values, uneven.differentiate("x").isel(y=1).values)
print(x.isel(nope=3, missing_dims="ignore").dims, ds.isel(time=0, nope=1, missing_dims="ignore").sizes)
print(x.isel(y=[1]).squeeze(axis=1).dims, x.isel(time=[0], y=[1]).squeeze(axis=(0, 1)).dims)


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: x.isel(nope=3, missing_dims="never"))
attempt(lambda: x.isel(nope=3))
attempt(lambda: x.squeeze(axis=0))
