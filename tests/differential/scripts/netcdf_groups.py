"""Groups of a NetCDF-4 file, with dimensions of the groups around them."""
import xarray as xr

root = xr.open_dataset("in/groups.nc")
print(sorted(root.variables), dict(root.sizes))
model = xr.open_dataset("in/groups.nc", group="model", chunks={})
print(sorted(model.variables), dict(model.sizes), model.wind.dims)
print(model.wind.sel(z=30).values)
ocean = xr.open_dataset("in/groups.nc", group="/model/ocean")
print(ocean.salt.values, ocean.attrs["history"])
try:
    xr.open_dataset("in/groups.nc", group="nowhere")
except OSError:
    print("no such group")
