"""Assigning to elements of numpy arrays, their views, and the values of labelled arrays; times of Python."""

import datetime

import numpy as np
import xarray as xr

print(np.datetime64(datetime.datetime(2000,1,2,3)), np.datetime64(datetime.date(2000,1,2)), np.timedelta64(datetime.timedelta(hours=2)))
t = np.arange("2000-01-01", "2000-01-05", dtype="datetime64[D]"); print(t, t[1]-t[0], t.dtype)
print(np.arange(np.datetime64("2000-01-01"), np.datetime64("2000-01-03"), np.timedelta64(12, "h")))
print(np.array(["2000-01-01", "2000-02-01"], dtype="datetime64[ns]"))
print(np.array([datetime.datetime(2000,1,1)]).shape)
a = xr.DataArray(np.arange(6.).reshape(2,3), dims=("y","x"))
a.values[0, 0] = 99; print(a.values)
v = a.values; v[v > 50] = -1; print(a.values, float(a.min()))
ds = a.to_dataset(name="q"); ds.q.values[1, 1] = 7.5; print(ds.q.values)
x = np.array([1, 2, 3]); x += 1; print(x)
try: x += 1.5
except TypeError: print("TypeError")
try: x[0] = np.nan
except ValueError: print("ValueError")
x[0] = 7.9; print(x)
b = np.zeros((2, 3)); b[:] = [1, 2, 3]; b[1] += [10, 20, 30]; print(b)
b[..., 0] = [5, 6]; print(b.T, b.sum(axis=0))
y = np.linspace(0, 1, 5); y[y < 0.5] *= -1; print(y)
m = np.array([[1, 2], [3, 4]]); m[m > 2] = 0; print(m, m.any(), m[m > 0])
try: m[5] = 1
except IndexError: print("IndexError")
try: b[:] = [1, 2]
except ValueError: print("ValueError")
z = np.ones(3, dtype="float32"); z[0] = 0.1; print(z, z.dtype, z.mean().dtype)
s = np.array(["a", "b"]); print(s, s[0], s.shape, s == "a")
for row in np.arange(4).reshape(2, 2): row[0] = -1; print(row)
c = np.arange(4).reshape(2,2)
for row in c: row[0] = -5
print(c, c.tolist(), c.max(axis=1), c.flatten(), c.size)
print(np.array([1.5, 2.25]), np.array([1e10, 1.0]), np.array([True, False]), np.array([[1.0, np.nan], [np.inf, -2]]))
print(repr(np.arange(3)), repr(np.float32(1.5)), np.arange(2000), np.float64(3), np.int32(4))
print(np.sqrt([1, 4, 9]), np.maximum([1, 5], [3, 2]), np.hypot(3, 4), np.exp(0), np.sin(np.pi).round(3))
with np.errstate(all="ignore"): print(np.array([1.0, 0.0]) / 0)
print(np.round(3.14159, 2), np.floor(2.7), np.mod(7, 3), np.isfinite([1, np.inf]), np.allclose([1, 2], [1, 2 + 1e-9]))
