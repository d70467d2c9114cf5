"""Workload i: the mean NDVI over time of a cube. ndvi_mean.py CUBE RESULT [REPEATS]"""

import sys

import numpy as np
import xarray as xr

cube_path, result_path = sys.argv[1], sys.argv[2]
repeats = int(sys.argv[3]) if len(sys.argv) > 3 else 1

cube = xr.open_zarr(cube_path)
red = cube["red"].astype(np.float32)
near_infrared = cube["near_infrared"].astype(np.float32)
for _ in range(repeats):
    ndvi = (near_infrared - red) / (near_infrared + red)
    ndvi.mean("time").to_dataset(name="ndvi").to_zarr(result_path, mode="w")
