"""Coordinates that several arrays have: broadcast where their values are equal; unions with labels of nothing; integers beside floats."""
import numpy as np
import xarray as xr

a = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("y", "x"), coords={"c": (("y", "x"), np.arange(6).reshape(2, 3)), "lab": ("x", [1, 1, 1])}, name="v")
plain = a.drop_vars("lab")
along_y = plain.assign_coords(lab=("y", [1, 1]))


def show(r):
    print(r.dims, [(name, r[name].dims, r[name].values.tolist()) for name in sorted(r.coords)])


turned = a.transpose("x", "y")
show(turned)
show(a.to_dataset().transpose("x", "y").v)
show(a + turned)
show(turned + a)
show(a.chunk({"x": 2}) + turned)
show(a.isel(x=xr.DataArray([2, 0], dims="p")) + a)
show(plain.assign_coords(lab=1) + a)
show(along_y * a)
show(a * along_y)
show(a * plain.assign_coords(lab=("y", [1, 2])))
show(a * along_y * plain.assign_coords(lab=1))
show(a * along_y * plain.assign_coords(lab=2))
show(xr.where(a > 2, along_y, a))
show(along_y.combine_first(a))
show(along_y.fillna(a))
show(xr.dot(along_y, a, dim="x"))
show(xr.apply_ufunc(np.add, a, along_y))
print(np.hypot(xr.ones_like(a, dtype="int16"), xr.ones_like(a, dtype="uint16")).dtype, np.arctan2(xr.ones_like(a, dtype="int16"), xr.ones_like(a, dtype="uint8")).dtype)


def of(labels, dtype="int64"):
    return xr.DataArray(np.arange(len(labels)) * 1.0, dims="x", coords={"x": np.array(labels, dtype=dtype)})


def joined(*arrays, how="outer"):
    print(how, [(o.x.values.tolist(), o.x.dtype.kind) for o in xr.align(*arrays, join=how)])


falling, none, few, mixed = of([100, 97, 94]), of([]), of([97, 200]), of([3, 1, 2, 5])
joined(falling, none)
joined(none, falling)
joined(falling, of([], "float64"))
joined(falling, few)
joined(few, none, falling)
joined(none, falling, few)
joined(none, of([], "float64"))
joined(mixed, none)
joined(mixed, of([3, 1]))
joined(mixed, of([3, 1, 2, 5], "float64"))
joined(falling, of([100, 97, 94], "float64"), none)
for how in ("inner", "left", "right"):
    joined(falling, of([100, 97, 94, 1], "float64"), how=how)
    joined(falling, of([97, 94, 3], "float64"), of([100, 97, 94], "float64"), how=how)
    joined(falling, of([100, 97, 94], "float64"), how=how)
print((falling + of([], "float64")).x.values.tolist(), falling.reindex(x=np.array([100.0, 97.0, 94.0])).x.dtype.kind)
print(xr.concat([falling.expand_dims(k=[0]), none.expand_dims(k=[1])], dim="k", join="outer").x.values.tolist())
lines = xr.DataArray([1.0, 2.0, 4.0], dims="x").polyfit("x", 1)
print(lines.polyfit_coefficients.polyfit("degree", 1).polyfit_coefficients.dims)
both = xr.Dataset({"m": a.drop_vars("c"), "n": xr.DataArray(np.zeros((3, 2)), dims=("x", "y"), coords={"lab": (("x", "y"), np.ones((3, 2), dtype="int64"))})})
print(both.lab.dims, both.lab.values.tolist())
try:
    print(xr.Dataset({"m": a, "n": a.assign_coords(lab=("y", [1, 2]))}))
except Exception as error:
    print(type(error).__name__)
fills = a.astype("uint8").quantile(0.5, "y", method="lower")
print(fills.shift(x=1, fill_value=-3).values, fills.pad(x=1, constant_values=-3).values)
bare = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("y", "x"), coords={"y": [4, 5], "x": [0.0, 1.0, 2.0]}).reset_index("y")
fitted = bare.polyfit("x", 1).polyfit_coefficients
print(fitted.dims, sorted(fitted.coords), sorted(fitted.sel(y=5).coords))
