"""Lists, small integers, labels and odd arguments of the functions of numpy that Swath makes of others."""

import io
import numpy as np
import xarray as xr


def show(name, f):
    try:
        r = f()
    except Exception as e:
        print(name, "!!!", type(e).__name__)
        return
    if isinstance(r, tuple):
        print(name, [(np.asarray(x).dtype, np.asarray(x).tolist()) for x in r])
    else:
        print(name, type(r).__name__, np.asarray(r).dtype, np.asarray(r).tolist())


for n in "sinc isneginf isposinf isreal iscomplex conjugate positive signbit angle fabs fix".split():
    show(n, lambda: getattr(np, n)([0, 1, -2.5]))
for n in "copysign fmod heaviside logaddexp logaddexp2 logical_xor float_power".split():
    show(n, lambda: getattr(np, n)([1.5, -2], [1, 0.5]))
    show(n, lambda: getattr(np, n)(np.float32([1.5, -2]), 2))
    show(n, lambda: getattr(np, n)(np.array([3, -4]), np.array([2, 3])))
show("fmodi1", lambda: np.fmod(np.array([-128, 5, 7], "i1"), 3))
show("fmodi8", lambda: np.fmod(np.array([-(2**63)]), 3))
show("lcm", lambda: np.lcm(np.array([1, 200, 252], "u1"), np.array([4, 4, 4], "u1")))
show("gcd", lambda: np.gcd(12, 18))
show("cs2", lambda: np.copysign(np.array([1, 200], "i2"), -1))
show("ldexp", lambda: [float(np.ldexp(0.0, 2000)), float(np.ldexp(1e-300, 1500)), float(np.ldexp(1.5e300, -2000))])
show("ldexpe", lambda: np.ldexp(1.0, 1.5))
show("ldexpf", lambda: np.ldexp(np.float32([1.5]), 2))
show("nextafter", lambda: np.nextafter(1, 2))
d = xr.DataArray([[1.0, -2, np.nan]], dims=("y", "x"), coords={"x": [1, 2, 3]}, attrs={"u": "m"})
for n in "copysign fmod heaviside".split():
    r = getattr(np, n)(d, 1.5)
    print(n, type(r).__name__, r.dims, r.values, list(r.coords), r.attrs)
a, b = np.modf(d)
print(type(a).__name__, a.values, b.values)
print(np.signbit(d).values, np.fmod(d.chunk(x=2), 2).mean("x").values)
show("rmi", lambda: np.ravel_multi_index((0, 1), (2, 3), order="F"))
show("rmi3", lambda: np.ravel_multi_index((0, 1, 1), (2, 3)))
show("rmif", lambda: np.ravel_multi_index((0.0, 1.0), (2, 3)))


def ch(f, v=None):
    m = np.arange(6).reshape(2, 3) if v is None else v
    f(m)
    return m


show("put", lambda: ch(lambda m: np.put(m, 22, -5, mode="clip")))
show("putw", lambda: ch(lambda m: np.put(m, 22, -5, mode="wrap")))
show("pute", lambda: ch(lambda m: np.put(m, [0, 2], [])))
show("copyto", lambda: ch(lambda m: np.copyto(m, 1.5)))
show("paa", lambda: ch(lambda m: np.put_along_axis(m, np.array([[0, 1]]), [[5, 6]], axis=1)))
show("place", lambda: ch(lambda m: np.place(m, m > 2, [44, 55])))
show("putmask", lambda: ch(lambda m: np.putmask(m, m > 2, [7, 8])))
show("part", lambda: np.sort(np.partition(np.arange(6).reshape(2, 3)[:, ::-1], 1, axis=None)))
show("parte", lambda: np.partition([1, 2], 5))
show("lex", lambda: np.lexsort(()))
show("lexl", lambda: np.lexsort(([1, 2], [1])))
show("iter", lambda: np.fromiter([1, 2], int, count=5))
show("taa", lambda: np.take_along_axis(np.eye(2), np.array([1]), axis=0))
show("csum", lambda: np.cumulative_sum(np.array([1, 200, 255], "u1"), dtype="uint8"))
show("cc", lambda: np.can_cast("f4", "f8", casting="bogus"))
print(np.promote_types("M8[ns]", "M8[ns]"))
show("h2", lambda: np.histogram2d([1, 2, 3], [1, 2, 4], bins=[2, [0, 1, 5]])[0])
show("hdd", lambda: np.histogramdd(np.array([[1, 2], [3, 4]]), bins=[2]))
show("vec", lambda: np.vectorize(lambda a: a + 0.5)(np.arange(3)))
show("vect", lambda: np.vectorize(lambda a: a.dtype)(np.float32([1])))
f = io.BytesIO()
np.savetxt(f, np.eye(2), fmt="%d")
print(f.getvalue())
f = io.StringIO()
np.savetxt(f, np.array(["2020-01-01"], "M8[D]"), fmt="%s")
print(f.getvalue())
show("s0", lambda: np.savetxt(io.StringIO(), np.array(5)))
show("luc", lambda: np.loadtxt(io.StringIO("1 2 3"), usecols=[2], converters={2: lambda s: float(s) * 10}))
print(np.array2string(np.arange(20), max_line_width=30, suffix="y" * 10))
print(str(np.linspace(0, 1, 30)))
print(repr(np.array(["2020-01-01"], "datetime64[D]")), np.float32([1e6]), np.float32([1e6, 1.5]))
with np.printoptions(suppress=True):
    print(np.array([1e10, 1]), np.array([1e5, 1e-9]))
print(np.isin([1.0, np.nan], [np.nan]), np.intersect1d([1.0, np.nan], [np.nan, 1.0]), "a" in np.arange(3), 3 in np.array(3))
show("nan to int", lambda: np.array([1, np.nan], dtype=int))
show("polymul", lambda: np.polymul([0, 0, 1], [1, 1]))
print(np.polyder(np.poly1d([1, 2, 3]))(2), np.atleast_1d([1, 2]).shape, np.array_equal(np.heaviside([-1, 0, 2], 0.5), [0, 0.5, 1]))
