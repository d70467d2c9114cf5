"""Workloads vi to viii: what becomes of a cube over time. over_time.py CUBE RESULT std|anomaly|median"""

import sys

import xarray as xr

cube_path, result_path, what = sys.argv[1], sys.argv[2], sys.argv[3]

t = xr.open_zarr(cube_path)["t"]
if what == "std":
    result = t.std("time")
elif what == "anomaly":
    result = (t.groupby("time.month") - t.groupby("time.month").mean()).mean("time")
else:
    result = t.median("time")
result.to_dataset(name="t").to_zarr(result_path, mode="w")
