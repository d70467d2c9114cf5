"""Times, their bounds, scalar coordinates and attributes of a NetCDF-4 file."""
import xarray as xr

weather = xr.open_dataset("in/weather.nc", chunks={}, engine="netcdf4")
print(weather.time.values[:3], weather.time.dtype, weather.time_bounds.dtype)
print(weather.time_bounds.values[2])
print(int(weather.deflated.level), weather.attrs["title"], weather.attrs["Conventions"], [float(level) for level in weather.attrs["levels"]])
print(weather.crs.attrs["grid_mapping_name"], weather.deflated.attrs["grid_mapping"])
print(weather.y.attrs["units"], weather.x.values[:4])
print(weather.deflated.sel(time="2001-01-03T06:00", x=1.5).values)
raw = xr.open_dataset("in/weather.nc", chunks={}, decode_times=False)
print(raw.time.values[:3], raw.time.attrs["units"])
plain = xr.open_dataset("in/weather.nc", chunks={}, decode_cf=False)
print(sorted(plain.coords), plain["visits"].dtype, plain["visits"].attrs["_FillValue"])
dropped = xr.open_dataset("in/weather.nc", chunks={"time": 4}, drop_variables=["visits", "land"])
print(sorted(dropped.data_vars), dropped.deflated.chunks[0])
