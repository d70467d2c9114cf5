"""Attributes on which two arrays agree stay, those on which they differ are dropped."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
print((cube.temperature + cube.wind).attrs, (cube.temperature * 2).attrs, (cube.wind > 1).attrs)
out = (cube.temperature + cube.wind).to_dataset(name="sum").assign(double=cube.wind * 2, same=cube.wind + cube.wind)
out.to_zarr("out/attributes_conflict.zarr", mode="w")
