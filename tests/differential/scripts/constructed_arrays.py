"""`xr.DataArray(...)` and `xr.Dataset(...)` in the ways that scripts spell them; arrays like others."""
import numpy as np
import xarray as xr

values = np.arange(6.0).reshape(2, 3)
by_dict = xr.DataArray(values, dims=["y", "x"], coords={"y": ["a", "b"], "x": ("x", [10, 20, 30], {"units": "m"}), "t": 3})
by_pairs = xr.DataArray(values, coords=[("y", ["a", "b"]), ("x", [10, 20, 30])], name="pairs", attrs={"units": "K"})
by_lists = xr.DataArray(values, coords=[["a", "b"], [10, 20, 30]], dims=("y", "x"))
by_keys = xr.DataArray(values, coords={"y": [1, 2], "x": [3, 4, 5]})
for array in (by_dict, by_pairs, by_lists, by_keys, xr.DataArray(values), xr.DataArray([1, 2, 3]), xr.DataArray(2.5)):
    print(array)
print(xr.DataArray(by_pairs), xr.DataArray(by_pairs, name="other", attrs={}).name)
print(xr.DataArray(by_pairs.values, coords=by_pairs.coords, dims=by_pairs.dims).identical(by_pairs.rename(None).drop_attrs()))
print(xr.DataArray(values, coords=by_pairs.coords).dims)
print(xr.DataArray(np.nan, coords={"x": [1, 2], "y": [3, 4, 5]}, dims=("y", "x")), xr.DataArray(7, [("z", [1, 2])]))
print(xr.DataArray(1.5, coords={"k": 3}))
print(xr.DataArray(np.array(["2000-01-01", "2000-01-03"], dtype="datetime64[ns]"), dims="time").dt.day.values)

ds = xr.Dataset(
    {"a": (("y", "x"), values, {"units": "K"}), "b": by_dict.drop_vars("t"), "n": 5, "s": ("y", [True, False])},
    coords={"x": [10, 20, 30], "y": ["a", "b"], "lon": ("x", [0.5, 1.5, 2.5])},
    attrs={"title": "constructed"},
)
print(ds)
print(xr.Dataset({"x": [1, 2, 3]}), xr.Dataset(coords={"t": np.arange(2)}), dict(xr.Dataset().sizes))
print(xr.Dataset(dict(v=by_pairs, w=by_pairs * 2)).w.values, xr.Dataset(data_vars=ds.data_vars, attrs={"k": 1}).attrs)
for like in (xr.zeros_like(ds.a), xr.ones_like(ds.s, dtype="int16"), xr.full_like(ds.a, 3.5), xr.full_like(ds.a, np.nan, dtype="float32")):
    print(like)
print(xr.zeros_like(ds).a.values.sum(), xr.full_like(ds, {"a": 1, "b": 2, "n": 3, "s": True}).b.values)
for wrong in (
    lambda: xr.DataArray(values, dims="x"),
    lambda: xr.DataArray(values, coords=[[1, 2]]),
    lambda: xr.DataArray(values, coords={"x": [1, 2]}, dims=("y", "x")),
    lambda: xr.Dataset({"a": ("x", [1, 2]), "b": ("x", [1, 2, 3])}),
):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
