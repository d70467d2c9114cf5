"""Empty dimensions, dimensions of one, scalars and dimensions without coordinates."""
import xarray as xr

data = xr.open_zarr("in/degenerate.zarr")
print(data.empty.shape, float(data.empty.sum()), float(data.scalar), int(data.plain.sum()))
out = (data.plain * 2).to_dataset(name="plain").assign(one=data.one + 1, scalar=data.scalar - 0.5, wide=data.one + data.plain, empty_mean=data.empty.mean("nobody"))
print(out.wide.dims, out.wide.dtype)
out.to_zarr("out/degenerate_shapes.zarr", mode="w")
(data.plain.isel(row=slice(1, 1)).sum("row")).to_dataset(name="none").to_zarr("out/degenerate_shapes_none.zarr", mode="w")
