"""Variables of several datasets in one: joins, what counts as the same, whose attributes."""
import numpy as np
import xarray as xr

left = xr.open_zarr("in/left.zarr", chunks={})
right = xr.open_zarr("in/right.zarr", chunks={})


def show(dataset):
    for name in sorted(dataset):
        print(dataset[name].compute())


for join in ("outer", "inner", "left", "right"):
    print(join)
    show(xr.merge([left, right], join=join))
show(xr.merge([left, right], fill_value=-9))
show(left.merge(right))
show(xr.merge([left.a, right.b.rename("c"), {"d": 3}]))

a = xr.Dataset({"u": ("x", [1.0, np.nan, 3.0])}, coords={"x": [0, 1, 2], "s": 4}, attrs={"k": 1, "m": 2})
b = xr.Dataset({"u": ("x", [1.0, 2.0, np.nan]), "v": 7}, coords={"x": [0, 1, 2], "s": 4}, attrs={"k": 1, "m": 3})
print(xr.merge([a, b]).compute())
print(xr.merge([a, b], compat="override"))
print(xr.merge([a, a], compat="identical", combine_attrs="identical"))
print(xr.merge([a, a], compat="broadcast_equals").compute())
for rule in ("drop", "override", "drop_conflicts"):
    print(rule, xr.merge([a, b], combine_attrs=rule).attrs)
lazy = xr.merge([left, left.chunk({"x": 4})])
print(lazy.compute())
lazy.drop_encoding().chunk(-1).to_zarr("out/merge_datasets.zarr", mode="w")
