import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
for field in ["year", "month", "season", "dayofyear", "hour"]:
    found = ds[f"time.{field}"]
    print(found.name, found.dims, found.dtype.kind, found.values[[0, 40, -1]], found.attrs)
print(ds.temperature["time.month"].values[:3], ds["time"]["time.day"].values[:3])
print(ds.temperature.sel(time=ds["time.season"] == "JJA").sizes)
print(ds.isel(time=ds["time.month"].isin([1, 2])).sizes["time"])
print(ds.temperature.groupby(ds["time.year"]).mean().mean().item().__round__(3) if False else ds["time.year"].max().item())
for name in ["time.moon", "nothing.month", "temperatur"]:
    try:
        ds[name]
    except (KeyError, AttributeError) as error:
        print(name, type(error).__name__)
try:
    ds["visit"]
except KeyError as error:
    print(error)
calendar = xr.open_zarr("in/calendar_360_day.zarr")
print(calendar["time.day"].values[:3])
