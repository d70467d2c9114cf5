"""A frequency that pandas has renamed.

Expects: no frequency, ME
"""
import xarray as xr

import numpy as np

times = np.datetime64("2000-01-01", "ns") + np.arange(3) * np.timedelta64(1, "D")
values = xr.DataArray(np.arange(3.0), dims="time", coords={"time": times})
values.resample(time="M")  # fails here
