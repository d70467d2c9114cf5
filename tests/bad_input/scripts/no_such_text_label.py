"""A text that is no label.

Expects: blue, band
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.sel(band="blue")  # fails here
