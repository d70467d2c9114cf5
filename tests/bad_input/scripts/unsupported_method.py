"""A method of xarray's that needs a screen.

Accepted by xarray.
Expects: plot
"""
import xarray as xr

value = xr.open_zarr("in/good.zarr").value
value.isel(band=0).plot()  # fails here
