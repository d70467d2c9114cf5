"""Chunks that cut across the stored ones: long ones, transposed ones, ones without a common factor."""
import xarray as xr

x = xr.open_zarr("in/cube.zarr").pressure
x.chunk({"time": -1, "y": 3, "x": 4}).to_dataset(name="p").to_zarr("out/rechunk_long.zarr", mode="w")
x.transpose("x", "time", "y").chunk({"x": 5, "time": 2, "y": -1}).to_dataset(name="p").to_zarr("out/rechunk_turned.zarr", mode="w")
x.chunk({"time": 5, "y": 7, "x": 9}).to_dataset(name="p").to_zarr("out/rechunk_coprime.zarr", mode="w")
(x - x.mean("time")).chunk({"time": -1, "y": 2, "x": 2}).to_dataset(name="p").to_zarr("out/rechunk_anomaly.zarr", mode="w")
x.isel(time=slice(3, 11), x=slice(None, None, -2)).chunk({"time": 8, "y": 1, "x": 12}).to_dataset(name="p").to_zarr("out/rechunk_part.zarr", mode="w")
