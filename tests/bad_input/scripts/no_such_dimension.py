"""A reduction over a dimension that the array doesn't have.

Expects: tme, band
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.mean("tme")  # fails here
