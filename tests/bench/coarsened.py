"""Workload xiii: a cube turned to maps, and its means over cells of a hundred by a hundred. coarsened.py CUBE RESULT CELL"""

import sys

import xarray as xr

cube_path, result_path, cell = sys.argv[1], sys.argv[2], int(sys.argv[3])

# The cube is one of series, whose axes are taken for others here.
t = xr.open_zarr(cube_path)["t"].drop_vars("time").rename(time="y", y="x", x="time")
result = t.transpose("time", "y", "x").coarsen(y=cell, x=cell).mean()
result.to_dataset(name="t").to_zarr(result_path, mode="w")
