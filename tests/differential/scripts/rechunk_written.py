"""Chunks that cut across the stored ones: long ones, transposed ones, ones without a common factor."""
import xarray as xr

x = xr.open_zarr("in/cube.zarr").pressure.drop_vars("station") + 0


def write(array, name):
    array.to_dataset(name="p").to_zarr(f"out/rechunk_{name}.zarr", mode="w")


write(x.chunk({"time": -1, "y": 3, "x": 4}), "long")
write(x.transpose("x", "time", "y").chunk({"x": 5, "time": 2, "y": -1}), "turned")
write(x.chunk({"time": 5, "y": 7, "x": 9}), "coprime")
write((x - x.mean("time")).chunk({"time": -1, "y": 2, "x": 2}), "anomaly")
write(x.isel(time=slice(3, 11), x=slice(None, None, -2)).chunk({"time": 8, "y": 1, "x": 12}), "part")
