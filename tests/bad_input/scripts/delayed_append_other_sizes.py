"""What doesn't fit a store is refused at once, not when it is computed.

Expects: has sizes, append_dim
Earlier: out/delayed_append_other_sizes.zarr
"""
import xarray as xr

more = xr.open_zarr("in/good.zarr")[["value"]].isel(x=slice(0, 3))
delayed = more.to_zarr("out/delayed_append_other_sizes.zarr", append_dim="band", compute=False)  # fails here
