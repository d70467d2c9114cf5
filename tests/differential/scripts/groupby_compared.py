import xarray as xr

ds = xr.open_zarr("in/seasons.zarr")
months = ds.temperature.groupby("time.month")
clim = months.mean().round(1)
warm = months > clim
print(warm.dims, warm.dtype, warm.name, int(warm.sum()))
print([int(found.sum()) for found in (months < clim, months >= clim, months <= clim, months != clim, months == clim)])
print(int((clim > months).sum()))
both = (ds.temperature > 280).groupby("time.month")
often = both.mean("time") > 0.5
print([int(found.sum()) for found in (both & often, both | often, both ^ often)])
squares = ds.visits.groupby("time.season") ** xr.DataArray([1.0, 2.0, 1.0, 2.0], dims="season", coords={"season": ["DJF", "JJA", "MAM", "SON"]})
print(squares.dtype, float(squares.sum()))
seasons = ds[["temperature", "visits"]].load().groupby("time.season")
above = seasons > seasons.quantile(0.9, dim="time")
print({name: int(array.sum()) for name, array in above.items()})
above.drop_vars("quantile").to_zarr("out/groupby_compared.zarr", mode="w")
