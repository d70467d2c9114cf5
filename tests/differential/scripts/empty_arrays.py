"""Arrays without elements, and what becomes of them."""
import numpy as np
import xarray as xr

x = xr.DataArray(np.zeros((0, 4)), dims=("time", "x"), name="v").chunk({"time": 1, "x": 2})


def attempt(name, function):
    try:
        print(name, function())
    except Exception as error:
        print(name, type(error).__name__)


def show(array):
    return array.dims, array.shape, array.dtype, array.values.tolist()


for name in ["mean", "sum", "prod", "count", "std", "max", "median", "any"]:
    attempt(f"{name} over nothing", lambda: show(getattr(x, name)("time")))
    if name != "max":  # which Dask refuses for its empty chunks, and numpy computes
        attempt(f"{name} of nothing", lambda: show(getattr(x, name)("x")))
    if name != "median":  # which Dask hasn't got over all dimensions
        attempt(f"{name} of all", lambda: getattr(x, name)().values)
attempt("quantile", lambda: show(x.quantile([0.1, 0.9], "time")))
attempt("no quantiles", lambda: show(x.quantile([], "x")))
attempt("rechunk", lambda: show(x.chunk({"time": -1, "x": 1})))
attempt("transpose", lambda: show(x.T + x.T))
empty = x.assign_coords(time=("time", np.array([], dtype="datetime64[ns]")))
attempt("groupby", lambda: empty.groupby("time.month").mean())
attempt("fields", lambda: empty.time.dt.month.values.tolist())


def stored(dataset):
    dataset.to_zarr("out/empty.zarr", mode="w")
    return {name: show(array) for name, array in xr.open_zarr("out/empty.zarr").data_vars.items()}


attempt("stored", lambda: stored(x.to_dataset()))
attempt("stored transposed", lambda: stored(x.to_dataset().transpose("x", "time")))
attempt("stored median", lambda: stored(x.persist().median("time").to_dataset(name="m")))
attempt("no labels", lambda: empty.groupby("time.month"))
attempt("missing labels", lambda: x.assign_coords(x=np.full(4, np.nan)).groupby("x"))
narrow = xr.DataArray(np.zeros((6, 0)), dims=("time", "x"), name="v").chunk({"time": 3})
narrow = narrow.assign_coords(half=("time", [0, 0, 0, 1, 1, 1]))
attempt("groups of nothing", lambda: show(narrow.groupby("half").mean()))
attempt("groups over nothing", lambda: show(narrow.groupby("half").mean(["time", "x"])))
attempt("anomalies of nothing", lambda: show(narrow.groupby("half") - narrow.groupby("half").mean()))
