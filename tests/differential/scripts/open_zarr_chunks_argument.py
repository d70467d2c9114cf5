"""`chunks` of open_zarr changes how an array is cut up, never what it holds."""
import xarray as xr

for name, chunks in (("default", "auto"), ("empty", {}), ("dict", {"time": 3, "y": 17}), ("none", None), ("all", -1)):
    cube = xr.open_zarr("in/cube.zarr", chunks=chunks)
    print(name, cube.temperature.dtype, cube.temperature.shape)
    (cube.temperature * 2).to_dataset(name="t").to_zarr(f"out/open_zarr_chunks_argument_{name}.zarr", mode="w")
