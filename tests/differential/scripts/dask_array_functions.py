"""Functions of dask.array along axes, of elements, and of several variables."""
import dask.array as da
import numpy as np

raw = (np.sin(np.arange(1200.0) * 12.9898) * 2.7).reshape(40, 30)
a = da.from_array(raw, chunks=(15, 12))
n = da.from_array((np.abs(raw) * 3).astype("int64"), chunks=(15, 12))
holes = da.where(a > 1.5, np.nan, a)
for name in ["argmin", "argmax", "nanargmin", "nanargmax"]:
    function, of = getattr(da, name), holes if "nan" in name else a
    print(name, function(of, axis=0).compute()[:6], function(of, axis=1).dtype, function(of).compute(), function(of, axis=-1, keepdims=True).shape)
print(da.cumsum(a, axis=0).compute()[-1, :3], da.cumprod(a, axis=1).compute()[2, :4], da.nancumsum(holes, axis=0).compute()[-1, :3], da.cumsum(n, axis=0).dtype)
print(da.diff(a, axis=0).shape, da.diff(a, n=2).compute()[3, :3], da.diff(n, axis=1).compute()[0, :5])
print(da.median(a, axis=0).compute()[:4], da.nanmedian(holes, axis=1).compute()[:4], da.median(a, axis=(0, 1)).compute())
print(da.quantile(a.rechunk((40, 12)), [0.1, 0.9], axis=0).compute()[:, :3], da.nanquantile(holes.rechunk((40, 12)), 0.5, axis=0).compute()[:3])
print(da.average(a, axis=0).compute()[:3], da.average(a, axis=0, weights=np.arange(40)).compute()[:3], da.ptp(a, axis=1).compute()[:3], da.count_nonzero(n).compute(), da.count_nonzero(n, axis=0).compute()[:5])
print(da.squeeze(a[:1]).shape, da.expand_dims(a, 1).shape, da.swapaxes(a, 0, 1).shape, da.moveaxis(da.expand_dims(a, 0), 0, -1).shape, da.broadcast_to(a[0], (3, 30)).compute()[1, :3])
print(da.flip(a, 0).compute()[0, :3], da.flipud(a).compute()[0, :3], da.fliplr(a).compute()[0, :3], da.roll(a, 3, axis=1).compute()[0, :5], da.roll(a[0], -2).compute()[:3])
print(da.take(a, [3, 1, -1], axis=0).compute()[:, 0], da.repeat(a, 2, axis=1).shape, da.append(a[0], a[1]).shape)
print(da.vstack([a, n]).shape, da.hstack([a, n]).shape, da.dstack([a, n]).shape, da.hstack([a[0], a[1]]).shape, da.vstack([a[0], a[1]]).compute()[:, :2], da.dstack([a[0], a[1]]).shape)
print(da.isclose(a, a + 1e-9).compute().all(), da.allclose(a, a + 0.1).compute(), da.allclose(holes, holes, equal_nan=True).compute())
print(da.isin(n, [1, 2]).compute().sum(), da.isin(n, [1, 2], invert=True).compute().sum(), da.digitize(a, np.array([-1.0, 0, 1])).compute()[0, :8], da.digitize(a, np.array([-1.0, 0, 1]), right=True).sum().compute())
print(da.tril(a[:5, :5]).compute(), da.triu(n[:4, :6], k=1).compute(), da.full_like(n, 7).compute()[0, :2], da.full_like(a, 2).dtype)
x, y = a[:, 0].rechunk(10), a[:, 1].rechunk(10)
h, xe, ye = da.histogram2d(x, y, bins=[4, 5], range=[[-3, 3], [-2, 2]])
print(h.compute(), xe.shape, ye.shape, h.dtype)
h, edges = da.histogramdd((x, y, a[:, 2].rechunk(10)), bins=(2, 3, 2), range=((-3, 3), (-3, 3), (-3, 3)))
print(h.compute(), len(edges), edges[1].shape)
h, edges = da.histogramdd(a[:, :2].rechunk((10, 2)), bins=[np.array([-3.0, 0, 3]), np.array([-3.0, -1, 1, 3])], density=True)
print(h.compute(), len(edges))
h, xe, ye = da.histogram2d(x, y, bins=2, range=[[-3, 3], [-3, 3]], weights=n[:, 0].astype("float64").rechunk(10))
print(h.compute())


def attempt(function):
    try:
        function()
        print("no error")
    except Exception as error:
        print(type(error).__name__)


attempt(lambda: da.median(a))
attempt(lambda: da.squeeze(a, axis=0))
attempt(lambda: da.fliplr(a[0]))
attempt(lambda: da.take(a, [99], axis=0).compute())
attempt(lambda: da.histogram2d(x, y, bins=[1, 2, 3], range=[[-3, 3], [-3, 3]]))
