"""`apply_ufunc` and `map_blocks` over functions that the script defines, with core dims, several results, templates."""
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")
t, h = ds.temperature.fillna(280), ds.height.load()


def normalised(values):
    return (values - values.mean(axis=-1, keepdims=True)) / values.std(axis=-1, keepdims=True)


def magnitude(a, b):
    return np.sqrt(a**2 + b**2)


def span(values, axis=-1):
    return values.max(axis=axis) - values.min(axis=axis)


for array in (t, t.compute()):
    lazy = {"dask": "parallelized"} if array.chunks else {}
    whole = array.chunk(time=-1) if array.chunks else array
    print(xr.apply_ufunc(magnitude, array, 3.0, **lazy).isel(time=0, y=0).values[:3], xr.apply_ufunc(np.add, array, h, **lazy).dims)
    print(xr.apply_ufunc(normalised, whole, input_core_dims=[["time"]], output_core_dims=[["time"]], output_dtypes=["float64"], **lazy).dims)
    print(xr.apply_ufunc(span, whole, input_core_dims=[["time"]], output_dtypes=["float32"], **lazy).isel(y=0).values[:3])
    print(xr.apply_ufunc(span, whole, input_core_dims=[["time"]], kwargs={"axis": -1}, output_dtypes=["float32"], **lazy).shape)
    print(xr.apply_ufunc(lambda v: v * 2, array, keep_attrs=True, output_dtypes=["float32"], **lazy).attrs, xr.apply_ufunc(lambda v: v * 2, array, keep_attrs=False, output_dtypes=["float32"], **lazy).attrs)
t = t.load()
low_high = xr.apply_ufunc(lambda v: (v.min(axis=-1), v.max(axis=-1)), t, input_core_dims=[["x"]], output_core_dims=[[], []])
print([part.shape for part in low_high], low_high[0].isel(time=0).values[:2], xr.apply_ufunc(np.maximum, t.isel(time=0), h, join="inner").sum().values)
print(xr.apply_ufunc(lambda a, b: a @ b, h, h.rename(y="y2").transpose("x", "y2"), input_core_dims=[["y", "x"], ["x", "y2"]], output_core_dims=[["y", "y2"]]).shape)
print(xr.apply_ufunc(np.clip, t, 275, 285).max().values, xr.apply_ufunc(np.isnan, ds[["temperature", "wind"]], dask="allowed").wind.sum().values)
chunked = h.chunk(y=6, x=8)
print(xr.map_blocks(lambda block: block - 1, chunked).isel(y=0, x=0).values, chunked.map_blocks(lambda block, c: block * c, args=[3.0]).mean().values, chunked.map_blocks(lambda block, c=1: block + c, kwargs={"c": 5}, template=chunked).max().values)
print(ds[["height"]].chunk(y=6).map_blocks(lambda part: part * 2).height.sum().values, ds.height.pipe(np.sqrt).count().values > 0)
for wrong in (lambda: xr.apply_ufunc(np.add, t, t.isel(x=slice(0, 3)), join="exact"), lambda: xr.apply_ufunc(span, t, input_core_dims=[["nope"]]), lambda: xr.apply_ufunc(normalised, ds.wind.chunk(time=4), input_core_dims=[["time"]], output_core_dims=[["time"]])):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
