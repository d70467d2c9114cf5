"""Nested lists, one level a dimension."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr", chunks={})[["temperature"]].drop_vars("station")
rows = [
    [cube.isel(y=slice(0, 8), x=slice(0, 10)), cube.isel(y=slice(0, 8), x=slice(10, 23))],
    [cube.isel(y=slice(8, 17), x=slice(0, 10)), cube.isel(y=slice(8, 17), x=slice(10, 23))],
]
whole = xr.combine_nested(rows, concat_dim=["y", "x"])
print(whole.compute())
print(xr.combine_nested([cube.isel(time=0), cube.isel(time=1)], concat_dim="time").compute())
wind = xr.open_zarr("in/cube.zarr", chunks={})[["wind"]].drop_vars("station")
parts = [[cube.isel(time=[0]), wind.isel(time=[0])], [cube.isel(time=[1]), wind.isel(time=[1])]]
print(xr.combine_nested(parts, concat_dim=["time", None]).compute())
print(xr.combine_nested([cube, wind], concat_dim=None).compute())
arrays = [part.temperature for part in rows[0]]
joined = xr.combine_nested(arrays, concat_dim="x")
print(joined.name, joined.dims, joined.attrs, xr.combine_nested(arrays, concat_dim="x", combine_attrs="override").attrs)
both = xr.combine_nested([[part.temperature.rename(None) for part in row] for row in rows], concat_dim=["y", "x"])
print(both.name, both.dims, float(both.sum()), sorted(both.coords))
print(sorted(xr.combine_nested([cube.temperature, wind.wind], concat_dim=None).data_vars))
