"""Degrees of freedom of std and var, also where there are fewer values."""
import xarray as xr

data = xr.open_zarr("in/nan_patterns.zarr")
p = xr.open_zarr("in/cube.zarr").pressure
out = data.holes.std("y", ddof=1).to_dataset(name="std1").assign(
    var1=data.holes.var("y", ddof=1), var2=data.holes32.var("x", ddof=2), var7=data.holes.var("y", ddof=7)
)
out.to_zarr("out/reductions_ddof.zarr", mode="w")
(p.std(["time", "y"], ddof=1)).to_dataset(name="std").to_zarr("out/reductions_ddof_large.zarr", mode="w")
