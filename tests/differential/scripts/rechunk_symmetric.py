"""An array with its transpose, both from one store: written, and reduced."""
import xarray as xr

x = xr.open_zarr("in/cube.zarr").pressure.isel(y=slice(0, 17), x=slice(0, 17)).isel(time=0).values
square = xr.DataArray(x, dims=("a", "b"))
square.to_dataset(name="s").chunk({"a": 4, "b": 5}).to_zarr("out/rechunk_square.zarr", mode="w")
s = xr.open_zarr("out/rechunk_square.zarr").s
turned = s.transpose("b", "a").rename({"a": "b", "b": "a"})
both = s + turned
both.chunk({"a": 3, "b": 17}).to_dataset(name="s").to_zarr("out/rechunk_symmetric.zarr", mode="w")
print(float(both.sum()), float((both - turned).max()))
