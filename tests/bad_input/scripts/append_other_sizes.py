"""An append along one dimension of an array that is shorter along another.

Expects: has sizes, append_dim
Earlier: out/append_other_sizes.zarr
"""
import xarray as xr

more = xr.open_zarr("in/good.zarr")[["value"]].isel(x=slice(0, 3))
more.to_zarr("out/append_other_sizes.zarr", append_dim="band")  # fails here
