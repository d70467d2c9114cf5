"""A span of time as the longest gap, where places are positions.

Expects: max_gap, use_coordinate
Raises: TypeError
"""
import numpy as np
import xarray as xr

x = xr.DataArray([1.0, np.nan, 3.0], dims="t", coords={"t": np.array([0, 1, 2], dtype="datetime64[h]").astype("datetime64[ns]")})
x.interpolate_na("t", max_gap="3h", use_coordinate=False)  # fails here
