import numpy as np
import xarray as xr

a = xr.Dataset({"u": ("x", [1.0, 2.0]), "v": 3}, coords={"x": [0, 1], "s": 1})
b = xr.Dataset({"u": ("x", [5.0, 6.0]), "v": 4}, coords={"x": [1, 2]})


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: xr.concat([], "x"))
attempt(lambda: xr.concat([a, b], "y", join="exact"))
attempt(lambda: xr.concat([a, b], "x"))
attempt(lambda: xr.concat([a, b.assign_coords(s=2)], "x", data_vars="minimal"))
attempt(lambda: xr.concat([a, a.u], "x"))
attempt(lambda: xr.concat([a, a], "y", data_vars="minimal", coords="minimal"))
attempt(lambda: xr.concat([a, a], "x", data_vars="some"))
attempt(lambda: xr.concat([a, a], "x", coords="some"))
attempt(lambda: xr.concat([a, a], "x", compat="some"))
attempt(lambda: xr.concat([a, a], "x", data_vars=["nope"]))
attempt(lambda: xr.concat([a, a], "x", coords=["nope"]))
attempt(lambda: xr.concat([a, a], "x", combine_attrs="some"))
attempt(lambda: xr.concat([a, a.assign_attrs(k=1)], "x", combine_attrs="identical"))
attempt(lambda: xr.concat([a.u, a.u], "x", data_vars="minimal"))
attempt(lambda: xr.concat([a.u, a.u.rename("w")], "x", compat="identical"))
attempt(lambda: xr.concat([a, a.assign(u=("x", [1.0, 2.0, 3.0])).drop_vars("x")], "x") if False else a["nope"])
attempt(lambda: xr.concat([a, a.reset_coords("s")], "x"))
attempt(lambda: xr.concat([1, 2], "x"))
attempt(lambda: xr.merge([a, b]))
attempt(lambda: xr.merge([a, b], compat="equals"))
attempt(lambda: xr.merge([a, b], compat="some"))
attempt(lambda: xr.merge([a, b], join="exact"))
attempt(lambda: xr.merge([a, 5]))
attempt(lambda: xr.merge([a, a.reset_coords("s")]))
attempt(lambda: xr.merge([a.u.rename(None), b]))
attempt(lambda: xr.align(a, b, join="exact"))
attempt(lambda: xr.align(a, b.isel(x=[0]), join="override"))
attempt(lambda: xr.combine_by_coords([a.drop_vars("x"), b.drop_vars("x")]))
attempt(lambda: xr.combine_by_coords([a, b.u.rename(None)]))
attempt(lambda: xr.combine_by_coords([a.drop_vars("s"), a.drop_vars("s").assign_coords(x=[1, 0])]))
attempt(lambda: xr.combine_nested([[a, a], [a]], ["x", "y"]))
attempt(lambda: xr.combine_nested([a, a], ["x", "y"]))
