"""Values between labels that occur twice.

Expects: more than once, drop_duplicates
"""
import xarray as xr

x = xr.DataArray([1.0, 2.0, 4.0], dims="x", coords={"x": [0.0, 1.0, 1.0]})
x.interp(x=[0.5])  # fails here
