"""Functions of elements that are made of others, of chunked arrays."""

import numpy as np, dask.array as da

x = da.from_array(np.array([[-2.5, -0.0, 0.0, 1.5], [np.nan, np.inf, -np.inf, 7]]), chunks=(1, 2))
y = da.from_array(np.array([[3.0, -1.0, 0.0, -2.0], [1.0, 2.0, -3.0, 4.0]]), chunks=(1, 2))
for n in "fabs fix isneginf isposinf positive signbit conj angle isreal iscomplex sinc".split():
    r = getattr(da, n)(x)
    print(n, type(r).__name__, r.dtype, r.chunks, r.compute().tolist())
    r = getattr(np, n)(x)
    print(n, type(r).__name__, r.dtype, np.asarray(r).tolist())
for n in "copysign fmod logaddexp logaddexp2 logical_xor float_power".split():
    r = getattr(da, n)(x, y)
    print(n, type(r).__name__, r.dtype, r.chunks, r.compute().tolist())
a, b = da.divmod(y, 2)
print(a.compute(), b.compute())
a, b = da.modf(y)
print(a.compute(), b.compute())
