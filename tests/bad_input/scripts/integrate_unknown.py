"""An integral along a coordinate that there isn't.

Expects: z
"""
import xarray as xr

xr.open_zarr("in/good.zarr").value.integrate("z")  # fails here
