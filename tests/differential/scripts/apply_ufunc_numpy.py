"""Functions of numpy in functions that are applied block by block."""

import numpy as np
import xarray as xr

values = ((np.arange(120) * 37) % 101 / 10).reshape(4, 5, 6)
values[1, 2, 3] = values[3, 4, 0] = np.nan
a = xr.DataArray(values, dims=("y", "x", "t"), name="a").chunk({"y": 2, "x": 3})


def assigned(v):
    r, q = v.copy(), np.array(v)
    r[r > 5] = 0
    r[np.isnan(r)] = -1
    q[:] = 3
    return r + np.nan_to_num(v) * q


def later(v):
    r = np.zeros_like(v)
    r[..., 1:] = v[..., :-1]
    r[..., 0] = -1
    r[..., [2, 4]] = r[..., [4, 2]]
    return r


def smoothed(v):
    r = np.empty_like(v)
    last = 0
    for i in range(v.shape[-1]):
        last = last * 0.5 + np.nan_to_num(v[..., i])
        r[..., i] = last
    return r


def trend(v):
    n = v.shape[-1]
    flat = np.nan_to_num(v).reshape(-1, n)
    return np.polyfit(np.arange(n), flat.T, 1)[0].reshape(v.shape[:-1])


days = np.arange(6.0)
OF_ELEMENTS = {
    "digitize": lambda v: np.digitize(v, [1, 5, 8]),
    "isin": lambda v: np.isin(v, [1.0, 3.7]),
    "searchsorted": lambda v: np.searchsorted(np.array([1, 5, 8.0]), v),
    "interp": lambda v: np.interp(v, [0, 2, 5, 10], [0.0, 1, 0, 4]),
    "interp_outside": lambda v: np.interp(v, [2, 3], [0.0, 1], left=-1, right=np.nan),
    "select": lambda v: np.select([v > 8, v > 4], [2.0, v], 0.0),
    "piecewise": lambda v: np.piecewise(v, [v < 5, v >= 5], [-1, 1]),
    "full_like": lambda v: np.full_like(v, 3) + v,
    "zeros_like": lambda v: np.zeros_like(v, dtype="float32"),
    "asarray": lambda v: np.asarray(v, dtype="float32") + np.array(v),
    "assigned": assigned,
}
OF_LINES = {
    "percentile": lambda v: np.percentile(v, 90, axis=-1),
    "nanpercentile": lambda v: np.nanpercentile(v, [10, 90], axis=-1)[1],
    "quantile": lambda v: np.quantile(v, 0.3, axis=-1, keepdims=True)[..., 0],
    "median": lambda v: np.median(v, axis=-1),
    "nanmedian": lambda v: np.nanmedian(v, axis=-1),
    "ptp": lambda v: np.ptp(v, axis=-1),
    "argmax": lambda v: np.argmax(v, axis=-1),
    "nanargmin": lambda v: np.nanargmin(v, axis=-1),
    "count_nonzero": lambda v: np.count_nonzero(v > 3, axis=-1),
    "trapezoid": lambda v: np.trapezoid(v, axis=-1),
    "trapezoid_along": lambda v: np.trapezoid(v, x=days**2, axis=-1),
    "average": lambda v: np.average(v, axis=-1, weights=days),
    "changes": lambda v: np.nansum(np.abs(np.diff(v, axis=-1)), axis=-1),
    "sorted": lambda v: np.sort(v, axis=-1)[..., 2],
    "partition": lambda v: np.partition(v, 2, axis=-1)[..., 2],
    "taken": lambda v: np.take_along_axis(v, np.nanargmax(v, axis=-1)[..., None], axis=-1)[..., 0],
    "trend": trend,
}
WITHIN_LINES = {
    "cumsum": lambda v: np.cumsum(v, axis=-1),
    "nancumsum": lambda v: np.nancumsum(v, axis=-1),
    "cumprod": lambda v: np.cumprod(v, axis=-1),
    "diff": lambda v: np.diff(v, axis=-1, prepend=0),
    "gradient": lambda v: np.gradient(v, axis=-1),
    "gradient_along": lambda v: np.gradient(v, days**2, axis=-1, edge_order=2),
    "gradient_even": lambda v: np.gradient(v, 0.5, axis=-1, edge_order=2),
    "flip": lambda v: np.flip(v, axis=-1),
    "roll": lambda v: np.roll(v, 1, axis=-1),
    "sort": lambda v: np.sort(v, axis=-1),
    "pad": lambda v: np.pad(v, [(0, 0)] * (v.ndim - 1) + [(1, 1)], mode="edge")[..., 1:-1],
    "stack": lambda v: np.stack([v, 2 * v], axis=-1).mean(-1),
    "concatenate": lambda v: np.concatenate([v[..., 3:], v[..., :3]], axis=-1),
    "filled": lambda v: np.where(np.isnan(v), np.nanmean(v, axis=-1, keepdims=True), v),
    "moveaxis": lambda v: np.moveaxis(np.moveaxis(v, -1, 0) * 2, 0, -1),
    "swapaxes": lambda v: np.swapaxes(np.swapaxes(v, 0, -1), 0, -1),
    "repeat": lambda v: np.repeat(v[..., :3], 2, axis=-1),
    "tile": lambda v: np.tile(v[..., :3], 2),
    "expand_dims": lambda v: (np.expand_dims(v, 0) * 1)[0],
    "broadcast_to": lambda v: np.broadcast_to(v.mean(-1, keepdims=True), v.shape),
    "unwrap": lambda v: np.unwrap(np.nan_to_num(v), axis=-1),
    "later": later,
    "smoothed": smoothed,
}
for functions, core in (
    (OF_ELEMENTS, {}),
    (OF_LINES, {"input_core_dims": [["t"]]}),
    (WITHIN_LINES, {"input_core_dims": [["t"]], "output_core_dims": [["t"]]}),
):
    for name, function in functions.items():
        result = xr.apply_ufunc(function, a, dask="parallelized", output_dtypes=[float], **core)
        result = result.compute()
        print(
            name,
            result.dims,
            result.shape,
            result.dtype,
            np.round(result.values.astype(float), 9).ravel()[::7].tolist(),
        )


# In memory, functions may look at values.
def within(v):
    return v / np.nanmax(v) if np.nanmax(v) > 5 else v


for function in (within, lambda v: np.apply_along_axis(np.nansum, -1, v)[..., None] + v):
    print(np.round(np.nansum(xr.apply_ufunc(function, a.load()).values), 9))


def with_constants(v):
    scale = np.array([1.0, 2.0]).sum()
    return v * scale if scale > 2 and bool((np.arange(3) < 5).all()) else v


print(np.nansum(xr.apply_ufunc(with_constants, a.chunk(y=1), dask="parallelized").values).round(9))


def longest(v):
    best = np.zeros(v.shape[:-1], dtype=int)
    run = np.zeros(v.shape[:-1], dtype=int)
    limits = np.full(3, 2.0)
    limits[1] = 4.0
    for i in range(v.shape[-1]):
        run = np.where(v[..., i] > float(limits[1]), run + 1, 0)
        best = np.maximum(best, run)
    return best


def shifted(v):
    r = np.empty(v.shape)
    r[..., 1:] = v[..., :-1]
    r[..., 0] = np.nan
    return r * np.ones(v.shape[-1])


print(xr.apply_ufunc(longest, a, input_core_dims=[["t"]], dask="parallelized", output_dtypes=[int]).values)
print(
    xr.apply_ufunc(
        shifted, a, input_core_dims=[["t"]], output_core_dims=[["t"]], dask="parallelized", output_dtypes=[float]
    ).values[1]
)
