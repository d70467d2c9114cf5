"""to_netcdf(group=...): groups in groups, dimensions of their own and of the groups around them, read back."""
import xarray as xr

path = "out/netcdf_groups_written.nc"
cube = xr.open_zarr("in/cube.zarr")
cube.to_netcdf(path)
cube.mean("time").to_netcdf(path, mode="a", group="statistics/mean")
cube[["wind"]].std("time").to_netcdf(path, mode="a", group="/statistics/std/")
small = cube[["temperature"]].isel(time=slice(2, 6), x=slice(None, None, 2))
small.to_netcdf(path, mode="a", group="small", encoding={"temperature": {"zlib": True, "fletcher32": True}})
small.isel(y=0, drop=True).rename(temperature="southern").to_netcdf(path, mode="a", group="small")
for group in ["statistics/mean", "statistics/std", "small"]:
    found = xr.open_dataset(path, group=group, chunks={})
    print(group, sorted(found.data_vars), sorted(found.coords), dict(found.sizes))
    for name in sorted(found.data_vars):
        print(name, found[name].dims, found[name].dtype, float(found[name].sum()))
print(small.time.values[0], xr.open_dataset(path, group="small").time.values[0])
print(sorted(xr.open_dataset(path).data_vars), sorted(xr.open_dataset(path, group="statistics").variables))
cube[["gravity"]].to_netcdf("out/netcdf_groups_written_only.nc", group="deep/down", mode="w")
print(sorted(xr.open_dataset("out/netcdf_groups_written_only.nc").variables), float(xr.open_dataset("out/netcdf_groups_written_only.nc", group="deep/down").gravity))
try:
    xr.open_dataset(path, group="statistics/median")
except OSError:
    print("no such group")
