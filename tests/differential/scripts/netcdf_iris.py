"""Two real files with a 360-day calendar, as they are: sizes, attributes, bounds, statistics."""
import xarray as xr

for name in ["A1B_north_america", "E1_north_america"]:
    scenario = xr.open_dataset(f"in/{name}.nc", chunks={}, decode_times=False)
    air = scenario["air_temperature"]
    print(name, dict(scenario.sizes), sorted(scenario.coords), air.dtype, air.attrs["units"], sorted(air.attrs))
    print(scenario.time.attrs["calendar"], scenario.time.values[:2], scenario.time_bnds.values[1])
    print(float(air.mean()), float(air.isel(time=slice(0, 30)).std()), air.isel(time=7, latitude=3).values[:5])
    air.mean("time").to_dataset(name="mean").to_zarr(f"out/netcdf_iris_{name}.zarr", mode="w")
