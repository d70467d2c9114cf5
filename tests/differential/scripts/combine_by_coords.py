"""Tiles put together by their labels, in whatever order they come; other variables merged."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr", chunks={})[["temperature"]].drop_vars("station")
tiles = [
    cube.isel(y=slice(8, 17), x=slice(0, 10)),
    cube.isel(y=slice(0, 8), x=slice(10, 23)),
    cube.isel(y=slice(0, 8), x=slice(0, 10)),
    cube.isel(y=slice(8, 17), x=slice(10, 23)),
]
whole = xr.combine_by_coords(tiles)
print(whole.compute())
print(float(abs(whole - cube).temperature.sum()))
whole.drop_encoding().chunk({"time": 6, "y": 9, "x": 23}).to_zarr("out/combine_by_coords.zarr", mode="w")
other = xr.open_zarr("in/cube.zarr", chunks={})[["wind"]].drop_vars("station")
print(xr.combine_by_coords([tiles[0], tiles[3], other.isel(y=slice(8, 17))]).compute())
unnamed = [xr.DataArray([3.0, 4.0], coords={"x": [2, 3]}, dims="x"), xr.DataArray([1.0, 2.0], coords={"x": [0, 1]}, dims="x")]
print(xr.combine_by_coords(unnamed))
print(xr.combine_by_coords([unnamed[0].rename("a"), unnamed[1].rename("a")]))
