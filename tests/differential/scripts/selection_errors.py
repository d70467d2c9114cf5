import numpy as np
import xarray as xr

a = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("y", "x"), coords={"x": [10, 20, 30], "lab": ("x", [1, 2, 3])}, name="a")
d = a.to_dataset()


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: a.roll(z=1))
attempt(lambda: a.shift(z=1))
attempt(lambda: a.diff("x", n=-1))
attempt(lambda: a.diff("x", label="middle"))
attempt(lambda: a.reindex(x=[10, 10]).reindex(x=[10]))
attempt(lambda: a.reindex(y=[1, 2, 3]))
attempt(lambda: a.reindex(x=[1], method="guess"))
attempt(lambda: a.sortby("nope"))
attempt(lambda: a.sortby(xr.DataArray(np.zeros((2, 3)), dims=("y", "x"))))
attempt(lambda: a.drop_sel(x=[11]))
attempt(lambda: a.drop_sel(y=[0]))
attempt(lambda: a.drop_isel(x=[5]))
attempt(lambda: a.drop_isel(z=[0]))
attempt(lambda: a.dropna("z"))
attempt(lambda: a.dropna("x", how="some"))
attempt(lambda: d.dropna("x", subset=["nope"]))
attempt(lambda: a.head(-1))
attempt(lambda: a.head(x=1.5))
attempt(lambda: a.thin())
attempt(lambda: a.thin(0))
attempt(lambda: a.isin(d))
attempt(lambda: a.isel(x=xr.DataArray([5], dims="p")))
attempt(lambda: a.isel(x=xr.DataArray([0, 1], dims="p"), y=xr.DataArray([0, 1, 1], dims="p")))
attempt(lambda: a.sel(x=xr.DataArray([11], dims="p")))
attempt(lambda: a.where([True, False, True], drop=True))
attempt(lambda: d.swap_dims(z="q"))
attempt(lambda: d.swap_dims(y="lab"))
attempt(lambda: d.drop_dims("z"))
attempt(lambda: a.to_dataset(dim="z"))
attempt(lambda: a.to_dataset(dim="x", name="n"))
attempt(lambda: xr.dot(a, 5))
attempt(lambda: xr.dot())
attempt(lambda: d.map(5))
attempt(lambda: (a > 2).diff("x"))
