"""Indexes of further coordinates, and missing values filled by the variable."""

import numpy as np
import xarray as xr

ds = xr.Dataset(
    {"a": ("x", [1.0, 2.0, 3.0, 4.0]), "k": ("x", ["u", "v", "u", "v"])},
    coords={"x": [10, 20, 10, 20], "n": ("x", [1, 1, 2, 2])},
)
one = ds.set_index(x="n", append=True)
print(list(one.coords), one.a.dims, len(one.coords["x"]))
print(one.sel(n=2).a.values, one.coords["x_level_0"].values, one.coords["n"].values)
more = one.set_index(x=["k"], append=True)
print(sorted(more.coords), list(more.data_vars), more.sel(k="u").a.values)
plain = ds.drop_vars("x").set_index(x="n", append=True)
print(plain.coords["x"].values, list(plain.coords))
print(ds.a.set_index(x="n", append=True).sel(n=1).values)
print(one.reset_index("n").coords["n"].values)
print(one.unstack("x").a.values)

gaps = xr.Dataset(
    {"a": ("x", [1.0, np.nan, 3.0]), "b": ("x", [np.nan, 5.0, np.nan]), "c": ("x", [np.nan, np.nan, 0.0])},
    coords={"x": [1, 2, 3]},
    attrs={"made": "here"},
)
gaps.a.attrs["units"] = "m"
for given in ({"a": 0}, {"a": 0.5, "b": -1}, {"c": np.array([7.0, 8.0, 9.0])}, {}):
    filled = gaps.fillna(given)
    print(filled.a.values, filled.b.values, filled.c.values, list(filled), filled.attrs, filled.a.attrs)
print(gaps.chunk(x=2).fillna({"b": 2}).b.values)
for wrong in ({"z": 1}, {"x": 1}):
    try:
        gaps.fillna(wrong)
    except Exception as error:
        print(type(error).__name__)
try:
    gaps.a.fillna({"a": 0})
except Exception as error:
    print(type(error).__name__)

# A name that is taken by the dimension; where a level has it, xarray makes what can't be printed.
try:
    xr.Dataset({"a": ("x", [1.0, 2.0])}, coords={"x": [3, 4]}).set_index(x="x", append=True)
except ValueError as error:
    print(type(error).__name__)
