"""Times by text: a day, a partial date, a slice of days."""
import numpy as np
import xarray as xr

t = xr.open_zarr("in/cube.zarr").temperature
(t.sel(time="2001-01-17") + 0).chunk(-1).to_dataset(name="t").to_zarr("out/sel_time_day.zarr", mode="w")
(t.sel(time=slice("2001-01-18", "2001-01-22")) + 0).chunk(-1).to_dataset(name="t").to_zarr("out/sel_time_slice.zarr", mode="w")
(t.sel(time=np.datetime64("2001-01-20")) + 0).chunk(-1).to_dataset(name="t").to_zarr("out/sel_time_numpy.zarr", mode="w")
print(t.sel(time=slice("2001-01-20", None)).sizes["time"])
