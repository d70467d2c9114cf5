"""Chunks of what lies in chunks in its file and of what doesn't, as `chunks=` of open_dataset has them, and in stores."""
import xarray as xr

for chunks in [{"time": 2}, {"time": 2, "x": 100}, {"level": 1}, {"time": -1, "level": 2}]:
    tall = xr.open_dataset("in/tall.nc", chunks=chunks)
    print(list(chunks), tall.whole.chunks, tall.cut.chunks if "level" not in chunks else "")
    print(float(tall.whole.mean()), int(tall.cut.sum()))
tall = xr.open_dataset("in/tall.nc", chunks={"time": 3, "y": 75, "x": 100})
print(tall.cut.chunks, tall.whole.encoding["chunksizes"], tall.whole.encoding["contiguous"], tall.cut.encoding["chunksizes"])
tall.to_zarr("out/netcdf_chunks.zarr", mode="w")
stored = xr.open_zarr("out/netcdf_chunks.zarr")
print(stored.whole.chunks, stored.cut.chunks)
tall[["cut"]].to_netcdf("out/netcdf_chunks.nc")
print(xr.open_dataset("out/netcdf_chunks.nc", chunks={}).cut.chunks)
