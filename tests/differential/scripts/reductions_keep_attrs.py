"""keep_attrs, given and by default."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
t = cube.temperature
out = t.mean("time", keep_attrs=True).to_dataset(name="kept").assign(dropped=t.mean("time", keep_attrs=False), default=t.mean("time"), deviation=t - t.mean())
print(out.kept.attrs, out.dropped.attrs, out.default.attrs, out.deviation.attrs)
out.to_zarr("out/reductions_keep_attrs.zarr", mode="w")
cube.max("x", keep_attrs=False).to_zarr("out/reductions_keep_attrs_dataset.zarr", mode="w")
