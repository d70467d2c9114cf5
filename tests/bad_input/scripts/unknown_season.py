"""A season of months that don't follow one another.

Expects: JJD
Raises: KeyError
"""
import numpy as np
import xarray as xr
from xarray.groupers import SeasonGrouper

times = np.arange("2000-01-01", "2001-01-01", dtype="datetime64[D]").astype("datetime64[ns]")
x = xr.DataArray(np.ones(times.size), dims="time", coords={"time": times})
x.groupby(time=SeasonGrouper(["MAM", "JJD"])).mean()  # fails here
