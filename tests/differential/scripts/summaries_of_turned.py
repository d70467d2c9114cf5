"""Summaries of arrays whose axes were put in another order, and of slices and expressions of them."""
import numpy as np
import xarray as xr

rng = np.arange(7 * 10 * 12, dtype="float32").reshape(7, 10, 12)
values = np.where(rng % 11 == 3, np.nan, np.sin(rng))
x = xr.DataArray(values, dims=("y", "x", "time"), coords={"time": np.arange(12) % 3}, name="v").chunk({"y": 3, "x": 4, "time": 5})
weights = xr.DataArray(np.linspace(0.5, 1.5, 10), dims="x")


def show(what, array):
    print(what, array.dims, array.shape, array.dtype, [round(float(value), 5) for value in array.values.ravel()])


t = x.transpose("time", "y", "x")
for name in ["mean", "sum", "std", "max", "argmax", "count"]:
    for dims in ["time", "y", "x"]:
        show(f"{name} over {dims}", getattr(t, name)(dims))
for dims in [("y", "x"), ("x", "y"), ("time", "x"), ("y", "time"), None]:
    show(f"sum over {dims}", t.sum(dims))
show("where the largest is", t.isel(y=0).argmax("x"))
show("cells", t.coarsen(y=2, x=3, boundary="trim").mean())
show("cells of time", t.isel(x=slice(None, None, -2)).coarsen(time=4).max())
show("running", t.rolling(time=3, min_periods=2).mean())
show("running over two", t.rolling(y=3, x=2, center=True).sum())
show("weighted", t.weighted(weights).mean(("x", "time")))
show("expression", (t * weights - 2).transpose("x", "time", "y").mean("y"))
show("groups", t.groupby("time").mean())
show("anomalies", (t.groupby("time") - t.groupby("time").mean()).std("time"))
show("both orders", (t + x.transpose("time", "y", "x")).mean("y"))
t.coarsen(y=2, x=3, boundary="pad").mean().to_dataset(name="t").to_zarr("out/cells.zarr", mode="w")
