"""Weeks of times in a calendar that has none.

Expects: week
Raises: AttributeError
"""
import xarray as xr

times = xr.date_range("2000-01-01", periods=3, calendar="360_day", use_cftime=True)
x = xr.DataArray([1, 2, 3], dims="time", coords={"time": times})
x.time.dt.week  # fails here
