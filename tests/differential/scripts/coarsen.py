"""Windows side by side."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")
x = ds.temperature
for name in ["mean", "sum", "min", "max", "std", "var", "count", "prod", "any", "all"]:
    coarse = getattr((x / 270).coarsen(time=4, x=5, boundary="trim"), name)()
    print(name, coarse.dims, coarse.shape, coarse.dtype, list(coarse.coords), coarse.attrs, coarse.isel(y=3).values)
    print(coarse.x.values, coarse.x.attrs, coarse.time.values, coarse.station.values, coarse.station.dtype)
print(x.coarsen(time=4, x=5, boundary="trim").median().astype("float32").isel(y=3).values)
for boundary in ["trim", "pad"]:
    for side in ["left", "right"]:
        coarse = x.coarsen(y=5, x=4, boundary=boundary, side=side).mean()
        print(boundary, side, coarse.shape, coarse.y.values, coarse.x.values, coarse.isel(time=2).values)
print(ds.coarsen(time=3).mean().isel(y=2, x=2).compute())
print(x.coarsen(time=3, coord_func="min").max().time.values, x.coarsen(time=3, coord_func={"time": "max"}).max().time.values)
print(ds.coarsen(x=2, boundary={"x": "pad"}, side={"x": "right"}).sum().station.values)
turned = x.transpose("x", "y", "time").coarsen(y=4, x=6, boundary="trim")
turned.mean().drop_vars("station").chunk({"x": 2, "y": 2, "time": 12}).to_dataset(name="mean").to_zarr("out/coarsen_turned.zarr", mode="w")
print(turned, xr.open_zarr("in/dtypes.zarr").uint8.coarsen(y=3, x=7).sum().dtype, xr.open_zarr("in/dtypes.zarr").int16.coarsen(y=2, boundary="pad").mean().dtype)
times = xr.DataArray([1.0, 2.0, 3.0], dims="t", coords={"t": np.array(["2001-01-01", "2001-01-02", "2001-01-03"], dtype="datetime64[ns]")})
for side in ("left", "right"):
    print([times.coarsen(t=2, boundary="pad", side=side, coord_func=name).mean().t.values.tolist() for name in ("min", "max", "mean")])
    print(times.t.chunk({"t": 1}).coarsen(t=2, boundary="pad", side=side).max().values, times.t.coarsen(t=2, boundary="trim", side=side).max().values)
