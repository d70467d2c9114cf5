"""What is put one after another, which labels and attributes there are, and what fills the rest."""
import numpy as np
import xarray as xr

a = xr.Dataset(
    {"u": (("t", "x"), np.arange(6.0).reshape(2, 3)), "h": ("x", [1.0, 2.0, 3.0]), "n": 5},
    coords={"t": [0, 1], "x": [10, 20, 30], "c": ("x", [7, 8, 9]), "s": 1.5},
    attrs={"title": "a", "same": 1},
)
b = a.assign_coords(t=[2, 3]).assign(u=a.u.assign_coords(t=[2, 3]) + 10)
b.attrs.update(title="b", same=1, other=3)
for data_vars in ("all", "minimal", "different", ["h"], None):
    print(data_vars)
    print(xr.concat([a, b], "t", data_vars=data_vars).compute())
for coords in ("all", "minimal", "different", ["s"]):
    print(coords)
    print(xr.concat([a, b.assign_coords(s=2.5)] if coords == "different" else [a, b], "t", data_vars="minimal", coords=coords).compute())
for rule in ("drop", "override", "drop_conflicts"):
    print(rule, xr.concat([a, b], "t", combine_attrs=rule).attrs)
shifted = b.assign_coords(x=[20, 30, 40]).drop_vars("c")
for join in ("outer", "inner", "left", "right", "override"):
    print(join)
    print(xr.concat([a.drop_vars("c"), shifted], "t", data_vars="minimal", compat="override", coords="minimal", join=join).compute())
print(xr.concat([a.u, shifted.u.drop_vars("s")], "t", fill_value=-1, coords="minimal").compute())
print(xr.concat([a[["u"]], shifted[["u"]]], "t", fill_value={"u": 99.0}, coords="minimal").compute())
print(xr.concat([a, b.drop_vars("u")], "t", data_vars="all").compute())
print(xr.concat([a.u.astype("int16"), b.u.astype("float32")], "t").dtype)
print(xr.concat([a.u, b.u.transpose("x", "t")], "t").dims)
print(xr.concat([a.u], "t").compute())
