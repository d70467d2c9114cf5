"""Workload x: the mean of anomalies from the means of ten groups, of random numbers. climatology.py TIMES LENGTH"""

import sys

import dask.array as da
import numpy as np
import xarray as xr

times, length = int(sys.argv[1]), int(sys.argv[2])

random = da.random.default_rng(1).random((times, length), chunks=(1, length))
x = xr.DataArray(random, dims=("time", "x")).assign_coords(group=("time", np.arange(times) % 10))
groups = x.groupby("group")
anomaly = groups - groups.mean()
print(float(abs(anomaly.mean("time")).max().values))
