import numpy as np
import xarray as xr

base = xr.Dataset(
    {"u": (("t", "x"), np.arange(12.0).reshape(4, 3)), "h": ("x", [1.0, 2.0, 3.0])}, coords={"t": [0, 1, 2, 3], "x": [10, 20, 30]}
)
base.to_zarr("out/append_errors.zarr", mode="w", encoding={"u": {"chunks": (2, 3)}})
store = "out/append_errors.zarr"
part = base.drop_vars(["h", "x"]).isel(t=slice(1, 3))


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: base.to_zarr(store, append_dim="q"))
attempt(lambda: base.isel(x=[0, 1]).to_zarr(store, append_dim="t"))
attempt(lambda: base.to_zarr(store, append_dim="t", encoding={"u": {"chunks": (1, 1)}}))
attempt(lambda: base.to_zarr(store, append_dim="t", mode="w"))
attempt(lambda: base.to_zarr(store, append_dim="t", mode="r+"))
attempt(lambda: base.to_zarr(store, append_dim="t", region={"t": slice(0, 4)}))
attempt(lambda: part.chunk(t=1).to_zarr(store, region={"t": slice(1, 3)}))
attempt(lambda: part.to_zarr(store, region={"t": slice(1, 4)}))
attempt(lambda: part.to_zarr(store, region={"q": slice(1, 3)}))
attempt(lambda: part.to_zarr(store, region={"t": 1}))
attempt(lambda: base.isel(t=slice(1, 3)).to_zarr(store, region={"t": slice(1, 3)}))
attempt(lambda: part.assign(z=part.u).to_zarr(store, region={"t": slice(1, 3)}))
attempt(lambda: part.to_zarr(store, region={"t": slice(1, 3)}, mode="w"))
attempt(lambda: part.to_zarr(store, region={"t": slice(3, 5)}))
attempt(lambda: part.assign_coords(t=[7, 8]).to_zarr(store, region={"t": "auto"}))
attempt(lambda: part.assign_coords(t=[0, 2]).to_zarr(store, region={"t": "auto"}))
attempt(lambda: part.to_zarr("out/nothing_there.zarr", region={"t": slice(1, 3)}))
print(xr.open_zarr(store).u.values.tolist())
