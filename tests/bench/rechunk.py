"""Workload v: maps become time series. rechunk.py CUBE RESULT CHUNK_ROWS CHUNK_COLUMNS"""

import sys

import xarray as xr

cube_path, result_path, rows, columns = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

t = xr.open_zarr(cube_path)["t"] + 0
t.chunk({"time": -1, "y": rows, "x": columns}).to_dataset(name="t").to_zarr(result_path, mode="w")
