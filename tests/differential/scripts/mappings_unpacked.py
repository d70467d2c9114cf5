import xarray as xr

ds = xr.open_zarr("in/cube.zarr")


def names(**keywords):
    return list(keywords)


print({**ds.attrs, "title": "another"})
print({**ds.temperature.attrs})
print({**ds.sizes, "more": 1}, names(**ds.temperature.sizes))
print(names(**ds), names(**ds.data_vars), list({**ds.coords}))
print(list(xr.Dataset({**ds[["wind"]].data_vars, "twice": ds.wind * 2})))
print(ds.assign(**{name: array.mean("time") for name, array in ds[["wind"]].items()}).wind.shape)
print(dict(ds.attrs) | {"version": 4})
print(ds.assign_attrs(**ds.wind.attrs).attrs)
other = xr.Dataset({"count": ("time", range(12))})
print(other.update({"half": ("time", range(0, 24, 2))}), list(other))
