"""Every reduction over every set of dimensions, NaNs skipped as by default."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
t, p = cube.temperature, cube.pressure
for label, dims in (("time", "time"), ("yx", ["y", "x"]), ("tuple", ("time", "x")), ("all", None)):
    out = t.mean(dims).to_dataset(name="mean").assign(
        sum=t.sum(dims),
        min=t.min(dims),
        max=t.max(dims),
        std=t.std(dims),
        var=t.var(dims),
        count=t.count(dims),
        any=(t > 300).any(dims),
        all=(t > 200).all(dims),
        double_mean=p.mean(dims),
        double_sum=p.sum(dims),
        double_std=p.std(dims),
        double_var=p.var(dims),
        product=(p / 1e5).prod(dims),
    )
    print(label, out["mean"].dtype, out["count"].dtype, out["any"].dtype, out["mean"].dims)
    out.to_zarr(f"out/reductions_basic_{label}.zarr", mode="w")
