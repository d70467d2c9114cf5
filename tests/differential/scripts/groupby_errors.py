import numpy as np
import xarray as xr

x = xr.open_zarr("in/seasons.zarr").temperature
g = x.groupby("time.month")


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: x.groupby("nope"))
attempt(lambda: x.groupby("time.nope"))
attempt(lambda: x.groupby(np.arange(3)))
attempt(lambda: x.groupby(xr.DataArray(np.arange(3), dims="y")))
attempt(lambda: g - 5)
attempt(lambda: g - x.mean("time"))
attempt(lambda: g.mean("nope"))
attempt(lambda: g.nope)
attempt(lambda: x.x.dt)
attempt(lambda: x.groupby(xr.DataArray(np.full(x.sizes["x"], np.nan), dims="x", name="n")))
