"""Functions of the script's own over labelled arrays."""

import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")

a = cube["pressure"]
print(a.dims, a.chunks)
first, second = a.dims[0], a.dims[-1]

def scaled(values, factor=1.0):
    return (values - 1) * factor

def spread(values):
    return values.max(axis=-1) - values.min(axis=-1)

def centred(values):
    return values - values.mean(axis=-1, keepdims=True)

lazy = xr.apply_ufunc(scaled, a, kwargs={"factor": 3.0}, dask="parallelized", output_dtypes=[a.dtype])
print(lazy.name, lazy.attrs, sorted(lazy.coords), lazy.dtype)
lazy.to_dataset(name="scaled").to_zarr("out/apply_ufunc.zarr", mode="w")
whole = a.chunk({second: -1})
r = xr.apply_ufunc(spread, whole, input_core_dims=[[second]], dask="parallelized", output_dtypes=[a.dtype])
print(r.dims, sorted(r.coords), r.compute().values)
r = xr.apply_ufunc(centred, whole, input_core_dims=[[second]], output_core_dims=[[second]], dask="parallelized")
print(r.dims, abs(float(r.sum())) < 1e-6, float((r * r).sum()))
low, high = xr.apply_ufunc(
    lambda v: (v.min(axis=-1), v.max(axis=-1)), whole, input_core_dims=[[second]], output_core_dims=[[], []], dask="parallelized"
)
print(float(low.min()), float(high.max()))
w = xr.DataArray(np.arange(a.sizes[first]) + 1.0, dims=first)
r = xr.apply_ufunc(lambda v, k: v * k, a, w, dask="parallelized")
print(r.dims, r.name, float(r.sum()))
r = xr.apply_ufunc(np.add, cube, 1, dask="allowed", keep_attrs=False)
print(list(r.data_vars), r.attrs)
small = a.isel({first: 0}).load()
print(xr.apply_ufunc(np.square, small).sum().item(), xr.apply_ufunc(lambda v: v[..., ::-1], small).dims)
print(xr.apply_ufunc(np.maximum, small, 2).min().item(), xr.apply_ufunc(np.hypot, 3, 4))
for wrong in (
    lambda: xr.apply_ufunc(scaled, a),
    lambda: xr.apply_ufunc(spread, a, dask="parallelized", input_core_dims=[[second]]).compute(),
    lambda: xr.apply_ufunc(spread, small),
    lambda: xr.apply_ufunc(scaled, small, input_core_dims=[["nothing"]]),
    lambda: xr.apply_ufunc(scaled, small, input_core_dims=[[], []]),
):
    try:
        wrong()
        print("no error")
    except Exception as error:
        print(type(error).__name__)

blocks = xr.map_blocks(lambda b: b * 2 + b.mean(second), whole)
print(blocks.dims, blocks.name, float(blocks.sum()))
print(float(xr.map_blocks(lambda b, k, n=0: b * k + n, a, args=[3], kwargs={"n": 1}).max()))
print(xr.apply_ufunc(np.maximum, xr.DataArray([1, 2], dims="y"), xr.DataArray(np.zeros((2, 0, 3)), dims=("y", "z", "t"))).shape)
