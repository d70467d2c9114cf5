"""Three of two.

Expects: exactly two
"""
import xarray as xr

xr.date_range("2000-01-01", "2000-02-01", periods=3, freq="D", calendar="noleap", use_cftime=True)  # fails here
