"""Reductions over parts of chunks, reversed and stepped ones too."""
import xarray as xr

t = xr.open_zarr("in/cube.zarr").temperature
out = t[::2, 5:, ::-1].mean("time").to_dataset(name="stepped").assign(corner=t[-3:, -3:, -3:].sum(), row=t[:, 4].max("x"))
out.chunk(-1).to_zarr("out/reductions_of_slices.zarr", mode="w")
