"""Reductions of expressions that hold reductions: anomalies, and a mean of maxima."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
t = cube.temperature
anomaly = t - t.mean("time")
standard = anomaly / t.std("time")
out = anomaly.to_dataset(name="anomaly").assign(
    standard=standard, of_maxima=t.max("x").mean("y"), weighted=(t * cube.weight).sum("y") / cube.weight.sum(), share=(t > t.mean()).mean(["y", "x"])
)
out.to_zarr("out/reductions_of_reductions.zarr", mode="w")
