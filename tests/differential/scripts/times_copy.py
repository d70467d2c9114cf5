"""Times and durations written as they were read."""
import xarray as xr

xr.open_zarr("in/times.zarr").to_zarr("out/times_copy.zarr", mode="w")
