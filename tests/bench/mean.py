"""Workload ix: the mean of an array. mean.py STORE"""

import sys

import xarray as xr

print(float(xr.open_zarr(sys.argv[1], chunks={})["v"].mean().values))
