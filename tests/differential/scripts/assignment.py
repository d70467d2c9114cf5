"""Values, coordinates and metadata assigned in place: `a[...] =`, `a.loc[...] =`, `coords[...] =`, `del`, `update`."""
import numpy as np
import xarray as xr


def fresh():
    return xr.DataArray(
        np.arange(12.0).reshape(3, 4), dims=("y", "x"), coords={"x": [10, 20, 30, 40], "y": ["a", "b", "c"]}, name="v"
    )


for chunks in [None, {"x": 3, "y": 2}]:
    a = fresh() if chunks is None else fresh().chunk(chunks)
    a[0] = -1
    a[:, 2] = [7, 8, 9]
    a[dict(x=[0, 3])] = 5.5
    a[1:, ::2] = np.array([[1, 2], [3, 4]])
    print(a.values)
    a.loc["b"] = 100
    a.loc[:, 20:30] = a.loc[:, 20:30] * 2
    a.loc[dict(y="c", x=40)] = np.nan
    a.loc["b":"c", 10] = xr.DataArray([-5, -6], dims="y")
    print(a.values, float(a.loc["a", 20]), a.loc["a":"b"].shape, a.loc[dict(x=30)].values)
    a[...] = a + 1
    a[-1, -1] = a[0, 0]
    print(a.values, a.dims)
    integers = a.fillna(0).astype("int32")
    integers[0] = 2.9
    print(integers.values, integers.dtype)

a = fresh()
a[dict(x=[0, 3], y=1)] = 5.5
a[[0, 2], [3, 1]] = np.array([[1, 2], [3, 4]])
a.loc[["a", "c"], 10] = xr.DataArray([-5, -6], dims="y")
a[a.y == "b"] = 77
print(a.values)
a.name = "w"
a.attrs["units"] = "m"
a.encoding = {"dtype": "float32"}
a.coords["lab"] = ("x", [1, 2, 3, 4])
a.coords["t"] = 3
a["z"] = ("y", [0.5, 1.5, 2.5])
a.coords.update({"k": ("x", [9, 8, 7, 6])})
print(a)
del a.coords["t"]
del a["lab"]
a.coords["x"] = a.x * 2
a.values = np.ones((3, 4))
print(a, a.sel(x=40).values)
a.data = np.zeros((3, 4))
a.values[0, 0] = 5
print(a.values)

d = xr.Dataset({"v": fresh(), "n": ("x", [1, 2, 3, 4])})
d.coords["q"] = ("x", [True, False, True, False])
d.coords["x"] = [1, 2, 3, 4]
d["v"].attrs["long_name"] = "values"
d["v"].encoding = {"_FillValue": -9.0}
d["m"] = d.v.mean("x")
d["v"][0] = 0
d["v"].loc[dict(x=2)] = 50
del d["n"]
d.update({"r": ("y", [1, 2, 3])})
d.attrs["title"] = "t"
print(d.compute(), d.v.values, d.v.attrs, d.v.encoding["_FillValue"], d.loc[dict(x=3)].v.values, "n" in d)
d.to_zarr("out/assignment.zarr", mode="w")
for wrong in [
    lambda: a.__setitem__((0, 0, 0), 1),
    lambda: a.__setitem__(7, 1),
    lambda: a.__setitem__(0, [1, 2]),
    lambda: a.loc.__setitem__("q", 1),
    lambda: a.__setitem__(dict(x=[0]), a.isel(x=[1])),
    lambda: a.coords.__delitem__("nothing"),
    lambda: setattr(a, "values", np.ones(3)),
    lambda: setattr(a, "nothing", 3),
]:
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
