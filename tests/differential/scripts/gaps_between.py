"""Missing values filled and points between labels: `interp`, `interpolate_na`, `ffill`, `bfill`, `fillna`, in memory and lazy."""
import numpy as np
import xarray as xr

x = xr.DataArray([1.0, np.nan, np.nan, 4.0, np.nan], dims="x", coords={"x": [0.0, 1.0, 2.0, 4.0, 5.0]})
for array in (x, x.chunk(x=5)):
    with xr.set_options(use_numbagg=True):
        print(array.ffill("x").values, array.bfill("x").values, array.ffill("x", limit=1).values)
        print(array.interpolate_na("x").values, array.fillna(array.mean()).values)
        print(array.interpolate_na("x", method="nearest").values, array.interpolate_na("x", use_coordinate=False).values, array.interpolate_na("x", limit=1).values, array.interpolate_na("x", max_gap=2).values)
g = xr.open_zarr("in/cube.zarr")[["temperature", "height", "pressure"]].isel(time=slice(0, 4))
for ds in (g, g.load()):
    t = ds.temperature
    print(t.interp(x=-4.6).dtype, (t + 1).interp(x=[-4.6, -4.1]).dtype, t.interp(x=-4.6).isel(time=0).values[:4], ds.pressure.interp(y=59.9, x=-4.9).values)
    print(ds.interp(x=np.linspace(-5, -4, 3), y=[59.75]).height.values, t.interp(x=[-9.0, -4.0]).isel(time=0, y=0).values, t.interp(x=-4.63, method="nearest").isel(time=1).values[:3])
    print(ds.interp(time="2001-01-16T12:00").pressure.isel(y=0).values[:2], ds.height.interp(x=-9, kwargs={"fill_value": "extrapolate"}).values[:2])
    print(ds.interp_like(ds.isel(x=slice(0, 3)).assign_coords(x=[-4.9, -4.8, -4.7])).height.isel(y=0).values, (ds.height > 0).sum().values)
    z = xr.DataArray([-4.9, -4.2], dims="z", coords={"z": [1, 2], "name": ("z", ["p", "q"])})
    print(ds.height.interp(x=z, y=z + 64).values, sorted(ds.height.interp(x=z, y=z + 64).coords), ds.interp(x=z).pressure.dims)
    try:
        print(ds.height.interp(x=z, y=(z + 64).assign_coords(z=[5, 6])).sizes)
    except Exception as error:
        print(type(error).__name__)
    try:
        print(ds.height.interp(x=z.assign_coords(y=("z", [3, 4]))).sizes)
    except Exception as error:
        print(type(error).__name__)
months = xr.DataArray(np.arange(5.0), dims="time", coords={"time": xr.date_range("2000-01-01", periods=5, freq="MS")})
print(months.interp(time=xr.date_range("2000-01-16", periods=3, freq="MS")).values, months.interp(time=["2000-02-15", "2000-03-01"]).values)
print(months.where(months != 2).interpolate_na("time").values, months.resample(time="15D").interpolate("linear").values[:4])
for wrong in (lambda: x.interp(nope=3), lambda: x.interpolate_na()):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
lon, lat = np.meshgrid(np.linspace(-4.9, -4.0, 3), np.linspace(59.9, 58.2, 4))
onto = xr.Dataset(coords={"lon": (("j", "i"), lon), "lat": (("j", "i"), lat), "i": [7, 8, 9]})
warped = g.interp(x=onto.lon, y=onto.lat)
print(warped.height.dims, warped.height.values, list(warped.coords), warped.temperature.dims, warped.pressure.isel(time=1, i=0).values)
print(g.height.interp(x=onto.lon, y=xr.DataArray([59.5, 59.0, 58.5, 58.0], dims="j"), method="nearest").values[:2], g.height.interp(x=onto.lon).dims)
