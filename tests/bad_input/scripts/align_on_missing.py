"""A calendar of months of 30 days, without a word on how dates become its dates.

Expects: align_on
Raises: ValueError
"""
import numpy as np
import xarray as xr

times = np.arange("2000-01-01", "2000-03-01", dtype="datetime64[D]").astype("datetime64[ns]")
x = xr.DataArray(np.ones(times.size), dims="time", coords={"time": times})
x.convert_calendar("360_day")  # fails here
