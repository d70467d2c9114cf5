"""Workload xi: the largest NDVI of each day of a cube of bands. ndvi_days.py CUBE RESULT"""

import sys

import numpy as np
import xarray as xr

cube_path, result_path = sys.argv[1], sys.argv[2]

cube = xr.open_zarr(cube_path)
# Four acquisitions a day.
hours = np.arange(cube.sizes["time"]) * 6
cube = cube.assign_coords(time=np.datetime64("2021-06-01T03:00", "ns") + hours * np.timedelta64(1, "h"))
red, near_infrared = cube["red"].astype("float32"), cube["near_infrared"].astype("float32")
ndvi = (near_infrared - red) / (near_infrared + red)
daily = ndvi.groupby(ndvi.time.dt.floor("D")).max(skipna=True)
# The days of a chunk differ in number, which Dask's results keep and Zarr can't.
daily = daily.chunk({"floor": -1, "y": "auto", "x": "auto"})
daily.to_dataset(name="ndvi").to_zarr(result_path, mode="w")
