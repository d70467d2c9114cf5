"""Iteration over variables, coordinates and positions, and objects made by comprehensions over them."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")
print([name for name in ds], list(ds.data_vars), sorted(ds.coords), len(ds), len(ds.coords), "wind" in ds, "x" in ds.data_vars)
print({name: variable.ndim for name, variable in ds.data_vars.items()}, [v.name for v in ds.data_vars.values()])
means = {name: round(float(ds[name].mean()), 3) for name in ds.data_vars if "time" in ds[name].dims}
print(means)
three = [name for name, variable in ds.items() if variable.ndim == 3]
scaled = xr.Dataset({f"{name}_scaled": ds[name] / means[name] for name in three})
print(list(scaled), sorted(scaled.sizes.items()), float(scaled.wind_scaled.max()))
print({name: (coord.dims, coord.dtype.kind) for name, coord in ds.coords.items()}, [c for c in ds.temperature.coords])
total = 0.0
for step in ds.temperature.isel(time=slice(0, 4)):
    total += float(step.mean())
print(round(total, 4), [int(day) for day in ds.time.dt.day.values[:5]])
for name in ["temperature", "wind"]:
    units = ds[name].attrs.get("units", "?")
    print(f"{name:>12}: {float(ds[name].min()):8.3f} to {float(ds[name].max()):8.3f} {units}")
parts = xr.concat([ds.temperature.sel(time=t) for t in ds.time.values[::4]], dim="time")
print(parts.time.values, parts.shape)
print(xr.merge([ds[name].mean("time").rename(f"mean_{name}") for name in three]).mean_wind.values[:1, :3])
stacked = xr.concat([ds[name].isel(time=0, drop=True) for name in three[:2]], xr.DataArray(three[:2], dims="variable", name="variable"))
print(stacked.dims, stacked["variable"].values, stacked.sel(variable=three[1]).mean().values)
for label, row in zip(ds.y.values[:3], ds.height[:3]):
    print(label, row.dims, f"{float(row.max()):.2f}")
print(max(ds.data_vars, key=lambda name: ds[name].nbytes), any(v.isnull().any() for v in (ds.temperature, ds.pressure)))
print(dict(zip(ds.station.values[:3].tolist(), ds.x.values[:3].tolist())), [float(v) for v in ds.x[:2]], list(enumerate(ds.level.values.reshape(1))))
print(ds.map(lambda v: v.mean() if v.ndim else v * 2).gravity.values, ds.apply(np.sqrt).weight.values[:2], ds.get("nothing"), ds.get("gravity").values)
