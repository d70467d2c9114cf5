"""Nothing to reduce: the mean of no values is NaN, their sum 0, their count 0."""
import xarray as xr

data = xr.open_zarr("in/nan_patterns.zarr")
a = data.nothing
print(float(a.mean()), float(a.sum()), float(a.prod()), int(a.count()), float(a.max()), float(a.std()))
out = a.mean("y").to_dataset(name="mean").assign(sum=a.sum("y"), min=a.min("y"), var=a.var("y"), count=a.count("y"))
out.to_zarr("out/reductions_all_nan.zarr", mode="w")
