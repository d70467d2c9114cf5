"""assign with arrays and functions, drop_vars of variables and coordinates, item assignment."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
out = cube.assign(kelvin=cube.temperature, celsius=lambda d: d.temperature - 273.15).drop_vars(["pressure", "wind", "station"])
out["ratio"] = out.celsius / out.kelvin
out["constant"] = 3.5
print(sorted(out.data_vars), sorted(out.coords))
out.drop_vars("height").to_zarr("out/assign_and_drop.zarr", mode="w")
cube.temperature.drop_vars(["level", "time"]).to_dataset(name="t").to_zarr("out/assign_and_drop_array.zarr", mode="w")
