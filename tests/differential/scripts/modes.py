"""mode w replaces, a adds and overwrites variables, w- refuses what exists."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
path = "out/modes.zarr"
cube[["temperature", "wind"]].to_zarr(path, mode="w")
cube[["height"]].to_zarr(path, mode="w")
(cube[["weight"]] * 2).to_zarr(path, mode="a")
(cube[["height"]] + 1).to_zarr(path, mode="a")
try:
    cube.to_zarr(path, mode="w-")
    print("overwritten")
except Exception:
    print("refused")
print(sorted(xr.open_zarr(path).data_vars))
cube[["gravity"]].to_zarr("out/modes_new.zarr", mode="w-")
try:
    cube[["gravity"]].to_zarr("out/modes_new.zarr", mode="w-")
    print("replaced")
except FileExistsError:
    print("refused again")
