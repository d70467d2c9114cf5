"""Statistics of lazy arrays, with and without missing values."""

import dask.array as da
import numpy as np

values = (np.arange(60.0) * 17 % 29).reshape(6, 10)
values[values == 5] = np.nan
x = da.from_array(values, chunks=(4, 3))
y = da.from_array(np.nan_to_num(values), chunks=(2, 10))
for name in ["sum", "mean", "std", "var", "min", "max", "prod"]:
    print(name, getattr(da, "nan" + name)(x, axis=0).compute(), getattr(da, name)(y, axis=1).compute(), getattr(y, name)().compute())
print(da.nanargmax(x, axis=0).compute(), da.nanargmin(x, axis=1).compute(), da.nancumsum(x, axis=1).compute()[0])
print(da.median(y, axis=1).compute(), da.nanmedian(x, axis=0).compute(), da.average(y, axis=0).compute(), da.ptp(y, axis=1).compute())
print(da.average(y, axis=1, weights=da.arange(10, chunks=5)).compute(), da.count_nonzero(y).compute(), da.count_nonzero(y, axis=0).compute())
print(da.diff(y, axis=1).compute()[1], da.diff(y, n=2, axis=0).compute()[0], da.isnan(x).sum().compute(), da.nan_to_num(x).sum().compute())
print(y.std(ddof=1).compute(), da.std(y, axis=0, ddof=2).compute(), y.mean(axis=0, keepdims=True).shape, y.var(axis=(0, 1)).compute())
print(da.isclose(y, y + 1e-9).all().compute(), da.allclose(y, y).compute(), da.where(y > 10, y, 0).sum().compute())
print(da.tril(y[:, :6]).sum().compute(), da.triu(y[:, :6], k=1).compute()[0], da.digitize(y, np.array([5, 10, 20])).compute()[2])
print(da.maximum(y, 10).min().compute(), da.minimum(y, x).compute()[0], da.clip(y, 3, 20).max().compute(), da.sqrt(y).sum().compute())
