"""A store copied as it is: all variables, coordinates and attributes."""
import xarray as xr

xr.open_zarr("in/cube.zarr").to_zarr("out/copy_store.zarr", mode="w")
