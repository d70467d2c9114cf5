"""The line is that of the failing statement, within a function.

Expects: green-ish
"""
import xarray as xr


def select(array, band):
    return array.sel(band=band)  # fails here


select(xr.open_zarr("in/good.zarr").value, "green-ish")
