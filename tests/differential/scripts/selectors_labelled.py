"""Selection by labelled arrays: what coordinates they bring, which conflict, and truth values where none can be."""
import numpy as np
import xarray as xr

a = xr.DataArray(
    np.arange(20.0).reshape(4, 5), dims=("y", "x"), coords={"y": [10, 20, 30, 40], "x": list("abcde"), "k": ("x", range(5)), "s": 1}, name="a"
)


def attempt(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__)


for array in (a, a.drop_vars("k").chunk({"y": 2, "x": 3}), a.to_dataset()):
    z = xr.DataArray([0, 2, 2], dims="z", coords={"z": [5, 6, 7], "note": ("z", ["p", "q", "r"]), "s": 9})
    attempt(lambda: array.isel(y=z).coords)
    attempt(lambda: array.isel(y=z, x=z).compute())
    attempt(lambda: array.isel(y=z, x=z.assign_coords(z=[1, 2, 3])).sizes)
    attempt(lambda: array.isel(y=z, x=z.assign_coords(note=("z", ["p", "p", "p"]))).coords)
    attempt(lambda: array.isel(y=xr.DataArray([0, 2], dims="y", coords={"y": [10, 30], "m": ("y", [3, 4])})).coords)
    attempt(lambda: array.isel(y=xr.DataArray([0, 2], dims="y", coords={"y": [10, 20]})).sizes)
    attempt(lambda: array.isel(y=xr.DataArray([0, 2], dims="y")).y.values)
    attempt(lambda: array.isel(y=xr.DataArray(1, coords={"station": "here"})).coords)
    attempt(lambda: array.sel(y=xr.DataArray([40, 10], dims="y", coords={"y": [1, 2], "m": ("y", [3, 4])})).coords)
    attempt(lambda: array.sel(y=xr.DataArray([40, 10], dims="p"), x=xr.DataArray(["e", "a"], dims="p", coords={"p": [0.5, 1.5]})).compute())
    attempt(lambda: array.sel(y=xr.DataArray(20, coords={"run": 3})).coords)
    attempt(lambda: array.isel(y=a.y > 15).y.values)
    attempt(lambda: array.isel(y=(a.y > 15).assign_coords(m=("y", [1, 2, 3, 4]))).coords)
    attempt(lambda: array.isel(y=(a.y > 15).assign_coords(y=[1, 2, 3, 4])).sizes)
    attempt(lambda: array.isel(y=xr.DataArray([True, False, True, False], dims="z")).sizes)
    attempt(lambda: array.sel(y=xr.DataArray([True, False, True, False], dims="z")).sizes)
    attempt(lambda: array.isel(y=xr.DataArray([True, False], dims="y")).sizes)
    attempt(lambda: array.isel(x=xr.DataArray([[0, 1], [2, 3]], dims=("p", "q"), coords={"p": [1, 2]})).compute())
    attempt(lambda: array.isel(y=z.isel(z=0)).coords)
attempt(lambda: a[xr.DataArray([0, 1], dims="y", coords={"y": [10, 20]}), 0].values)
attempt(lambda: a.loc[xr.DataArray([30], dims="y"), "b"].values)
