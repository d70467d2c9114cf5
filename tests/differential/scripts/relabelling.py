"""`reindex`, `reindex_like`, `sortby`, `drop_sel`, `drop_isel`, `dropna`, `head`, `tail`, `thin`, `isin`."""
import numpy as np
import xarray as xr

left = xr.open_zarr("in/left.zarr", chunks={})
right = xr.open_zarr("in/right.zarr", chunks={})
print(left.a.reindex(x=[1.0, 3.0, 20.0, 2.0]).compute())
print(left.a.reindex(x=[1.2, 3.9], method="nearest").compute())
print(left.a.reindex(x=[1.2, 3.9, 9.5], method="nearest", tolerance=0.3, fill_value=-1).compute())
print(left.a.reindex(x=[-1.0, 1.5, 30.0], method="ffill").compute())
print(left.a.reindex(y=[50, 10], x=[0.0, 100.0], fill_value=0).compute())
print(left.reindex_like(right).a.compute())
print(left.a.reindex(x=left.x.values[::-1]).compute())
print(right.b.sortby("y").compute())
print(right.b.sortby("y", ascending=False).compute())
print(right.b.sortby(right.b.isel(x=0)).compute())
print(right.sortby(["y", "x"], ascending=False).b.compute())
print(left.a.drop_sel(x=[1.0, 2.0]).compute())
print(left.a.drop_sel(x=3.0, y=[10]).compute())
print(left.a.drop_sel(x=[1.0, 99.0], errors="ignore").x.values)
print(left.a.drop_isel(x=[0, -1], y=1).compute())
holes = left.a.where(left.a > -0.7)
print(holes.dropna("x").compute(), dict(sorted(holes.dropna("x", how="all").sizes.items())), holes.dropna("x", thresh=4).x.values)
data = xr.Dataset({"a": holes, "b": left.a.isel(y=0)})
for part in (data.dropna("y"), data.dropna("x", subset=["b"]), data.dropna("y", thresh=3)):
    print(sorted(part.sizes.items()))
for part in (left.a.head(2), left.a.tail(x=3), left.a.thin(2), left.a.head({"y": 1}), left.a.thin(x=3, y=2), left.a.tail(x=0)):
    print(part.compute())
print(left.a.head().shape, sorted(left.tail().sizes.items()))
scene = xr.open_zarr("in/scene.zarr", chunks={})
print(scene.band.isin(["red", "nir"]).values, scene.reflectance.isin([1, 2, 3, 4523]).sum().values)
print(left.x.isin(np.array([1, 2, 7])).compute(), left.a.isin([np.nan]).any().values)
print(scene.sel(band=scene.band.isin(["red", "nir"])).band.values)
left.reindex(x=np.arange(0, 12, 0.5)).drop_encoding().chunk({"x": 5}).to_zarr("out/relabelling.zarr", mode="w")
