"""`xr.align` and `xr.broadcast`: every join, excluded dimensions, values that fill."""
import numpy as np
import xarray as xr

left = xr.open_zarr("in/left.zarr", chunks={}).a
right = xr.open_zarr("in/right.zarr", chunks={}).b
for join in ("inner", "outer", "left", "right"):
    for part in xr.align(left, right, join=join):
        print(join, part.compute())
a, b = xr.align(left, right, join="outer", exclude="y")
print(a.shape, b.shape, a.compute(), b.compute())
a, b = xr.align(left, right, join="outer", fill_value=0.5)
print(a.compute(), b.compute())
same = left.isel(x=slice(0, 3)), right.isel(x=slice(0, 3))
for part in xr.align(*same, join="override", exclude="y"):
    print(part.x.values)
ints = xr.DataArray([1, 2, 3], dims="x", coords={"x": [0, 1, 2]}, name="i")
other = xr.DataArray([True, False], dims="x", coords={"x": [2, 3]}, name="flag")
for part in xr.align(ints, other.astype("int8"), join="outer"):
    print(part.compute())
for part in xr.align(ints, other, join="outer", fill_value=0):
    print(part.compute())
dataset = ints.to_dataset().assign(k=("y", [1.5, 2.5]))
for part in xr.broadcast(ints, dataset.k, dataset):
    print(part.compute())
for part in xr.broadcast(ints, dataset.k, exclude=["y"]):
    print(part.compute())
print(left.broadcast_like(right).compute())
print(ints.broadcast_like(dataset.k).compute())
filled = ints.astype("float64").where(ints > 1)
print(filled.combine_first(xr.DataArray([7.0, 8.0], dims="x", coords={"x": [0, 5]}, name="i")).compute())
print(dataset.combine_first(xr.Dataset({"i": ("x", [5, 6, 7]), "w": 1}, coords={"x": [2, 3, 4]})).compute())
print(ints.equals(ints.copy()), ints.equals(ints + 1), ints.identical(ints.assign_attrs(a=1)), dataset.equals(dataset))
print(left.equals(left.chunk({"x": 1})), left.identical(left + 0), left.equals(right), dataset.broadcast_equals(dataset))
