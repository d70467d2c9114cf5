"""A table of pandas, which is not here: what to write instead.

Accepted by xarray.
Expects: to_dataframe, pandas, to_dict, to_netcdf
Raises: AttributeError
"""
import xarray as xr

ds = xr.open_zarr("in/good.zarr")
ds[["row"]].to_dataframe()  # fails here
