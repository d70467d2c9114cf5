"""`chunk` with one size, by name, and with -1."""
import xarray as xr

t = xr.open_zarr("in/cube.zarr").temperature.drop_vars("station")
for name, chunks in (("one", 4), ("named", {"time": 12, "x": 7}), ("all", -1)):
    part = t.chunk(chunks)
    print(name, part.chunks)
    (part + 1).to_dataset(name="t").to_zarr(f"out/chunk_regular_{name}.zarr", mode="w")
print(t.chunks)
