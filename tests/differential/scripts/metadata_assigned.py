"""What is read of an object and assigned to it: `attrs`, `encoding`, `coords`, `dims`, `sizes`, `dtype`, `chunks`, `name`."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")
print(ds.temperature.encoding["chunks"], ds.temperature.dtype, ds.temperature.chunks)
print(dict(ds.sizes), ds.temperature.dims, ds.temperature.sizes["y"], ds.temperature.ndim, ds.temperature.size, ds.temperature.nbytes)
print({name: str(dtype) for name, dtype in ds.dtypes.items()}, ds.temperature.chunks[0], ds.nbytes)
ds.attrs["history"] = "made"
ds.attrs.update(version=4)
del ds.attrs["bounds"]
ds.temperature.attrs["units"] = "degC"
ds["wind"].attrs = {"units": "knots"}
ds.x.attrs["axis"] = "X"
print(ds.attrs, ds.temperature.attrs, ds.wind.attrs, ds.wind.x.attrs)
ds["temperature"].encoding = {"dtype": "int16", "scale_factor": 0.01, "_FillValue": -999}
ds.wind.encoding["dtype"] = "float64"
print(ds.temperature.encoding["scale_factor"], ds.wind.encoding["dtype"], "chunks" in ds.temperature.encoding)
ds[["temperature", "wind"]].isel(time=0, y=slice(0, 4)).to_zarr("out/metadata_assigned.zarr", mode="w")
print(ds.drop_encoding().wind.encoding, ds.temperature.drop_encoding().encoding)
coded = ds.assign_attrs(title="t", k=[1, 2]).drop_attrs(deep=False)
print(coded.attrs, coded.temperature.attrs, ds.drop_attrs().temperature.attrs, ds.temperature.assign_attrs({"a": 1}, b=2).attrs)
a = ds.height.isel(y=slice(0, 2), x=slice(0, 3)).load()
a.name = "elevation"
a["region"] = ("x", ["p", "q", "r"])
a.coords["band"] = 3
a = a.assign_coords(x=a.x * 10, lat=("y", [1.0, 2.0], {"units": "degrees"}), twice=lambda b: b.y * 2)
print(a, a.coords["lat"].attrs)
b = a.assign_coords(month=xr.DataArray([1, 2], dims="y", coords={"y": a.y, "season": ("y", ["DJF", "DJF"]), "code": 5}))
print(sorted(b.coords), b.month.values, b.season.values)
shifted = xr.DataArray([7.0, 8.0], dims="y", coords={"y": [59.5, 59.0]})
print(a.assign_coords(shifted=shifted).shifted.values, a.to_dataset().assign_coords(shifted=shifted).shifted.values)
print(a.assign_coords(b.coords).coords, a.rename(y="lat0", x="lon0").dims, a.rename("n").name, a.rename({"region": "area"}).area.values)
print(ds.rename(temperature="t", y="lat").t.dims, ds.rename_vars(wind="w").w.name, ds.rename_dims(x="lon").height.dims)
