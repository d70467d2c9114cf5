"""Functions of numpy that Swath makes of others: every one, of odd values, shapes and arguments."""

import numpy as np
import io


def show(name, f):
    try:
        r = f()
    except Exception as e:
        print(name, "!!!", type(e).__name__)
        return
    if isinstance(r, (tuple, list)):
        print(name, [(np.asarray(x).dtype, np.asarray(x).shape, np.asarray(x).tolist()) for x in r])
    elif isinstance(r, np.ndarray) or np.isscalar(r):
        print(
            name,
            np.asarray(r).dtype,
            np.asarray(r).shape,
            np.round(np.asarray(r), 10).tolist() if np.asarray(r).dtype.kind == "f" else np.asarray(r).tolist(),
        )
    else:
        print(name, type(r).__name__, r)


x = np.array([-2.5, -0.0, 0.0, 1.5, np.nan, np.inf, -np.inf])
y = np.array([3.0, -1.0, 0.0, -2.0, 1.0, 2.0, -3.0])
i = np.array([7, -7, 0, 3])
j = np.array([3, 3, 5, -2])
m = np.arange(12.0).reshape(3, 4)
k = np.arange(6).reshape(2, 3)
for n in "fabs fix isneginf isposinf positive signbit conjugate conj angle isreal iscomplex sinc".split():
    show(n, lambda: getattr(np, n)(x))
    show(n + "i", lambda: getattr(np, n)(i))
for n in "copysign fmod heaviside logaddexp logaddexp2 logical_xor float_power nextafter".split():
    show(n, lambda: getattr(np, n)(x, y))
    show(n + " s", lambda: getattr(np, n)(x, 2.0))
    show(n + " ss", lambda: getattr(np, n)(3.0, 2.0))
show("fmod i", lambda: np.fmod(i, j))
show("divmod", lambda: np.divmod(i, j))
show("modf", lambda: np.modf(np.array([1.25, -3.5, 0.0])))
show("gcd", lambda: np.gcd(i, 14))
show("lcm", lambda: np.lcm(i, 4))
show("ldexp", lambda: np.ldexp(1.5, [1, 2]))
show("bitcount", lambda: np.bitwise_count(np.array([1, 7, 255])))
show("sinc0", lambda: np.sinc(0))
show("fabs s", lambda: np.fabs(-3))
show("al1", lambda: np.atleast_1d(3, [1, 2]))
show("al2", lambda: np.atleast_2d([1, 2]))
show("al3", lambda: np.atleast_3d(k))
show("al3", lambda: np.atleast_3d([1, 2]))
show("bc", lambda: np.broadcast_arrays([1, 2], [[3], [4]]))
show("bs", lambda: np.broadcast_shapes((2, 1), (3,)))
show("bsx", lambda: np.broadcast_shapes((2,), (3,)))
show("concat", lambda: np.concat([m, m], axis=1))
show("di", lambda: np.diag_indices(3))
show("dif", lambda: np.diag_indices_from(np.eye(2)))
show("dflat", lambda: np.diagflat([[1, 2], [3, 4]]))


def fd(v):
    a = np.zeros((3, 4))
    np.fill_diagonal(a, v)
    return a


show("fd", lambda: fd(5))
show("fd", lambda: fd([1, 2, 3]))
show("ff", lambda: np.fromfunction(lambda a, b: a + b, (2, 3)))
show("ff", lambda: np.fromfunction(lambda a, b: a == b, (2, 2), dtype=int))
show("fi", lambda: np.fromiter((v * v for v in range(4)), float))
show("fic", lambda: np.fromiter(range(4), int, count=2))
show("geom", lambda: np.geomspace(1, 1000, 4))
show("geom", lambda: np.geomspace(1, 256, 9))
show("geom-", lambda: np.geomspace(-1, -8, 4))
show("geom0", lambda: np.geomspace(0, 1))
show("geome", lambda: np.geomspace(1, 16, 4, endpoint=False))
show("geomi", lambda: np.geomspace(1, 1000, 4, dtype=int))
show("ind", lambda: np.indices((2, 3)))
show("inds", lambda: np.indices((2, 3), sparse=True))
show("ix", lambda: np.ix_([0, 2], [True, False, True]))
show("ixi", lambda: m[np.ix_([0, 2], [1, 3])])
show("ndindex", lambda: list(np.ndindex(2, 2)))
show("ndindex", lambda: list(np.ndindex((2, 1))))
print([(a, float(b)) for a, b in np.ndenumerate(k)])
show("resize", lambda: np.resize([1, 2, 3], (2, 4)))
show("rollaxis", lambda: np.rollaxis(np.zeros((2, 3, 4)), 2).shape)
show("rollaxis", lambda: np.rollaxis(np.zeros((2, 3, 4)), 0, 2).shape)
for q in range(-1, 4):
    show("rot90", lambda: np.rot90(k, q))
show("rot", lambda: np.rot90(np.arange(8).reshape(2, 2, 2), 1, (1, 2)))
show("tri", lambda: np.tri(3, 4, 1))
show("tril", lambda: np.tril(m))
show("tril-1", lambda: np.tril(m, -1))
show("triu", lambda: np.triu(k, 1))
show("tili", lambda: np.tril_indices(3))
show("tui", lambda: np.triu_indices(3, 1))
show("tuif", lambda: np.triu_indices_from(np.eye(2)))
show("tuim", lambda: m[np.triu_indices(3, 0, 4)])
show("trim", lambda: np.trim_zeros(np.array([0, 1, 0, 2, 0])))
show("trimf", lambda: np.trim_zeros([0, 1, 0], "f"))
show("vander", lambda: np.vander([1, 2, 3]))
show("vander", lambda: np.vander([1.0, 2, 3], 2, increasing=True))
show("aaa", lambda: np.apply_along_axis(np.sum, 0, m))
show("aaa", lambda: np.apply_along_axis(lambda r: r[::-1], 1, m))
show("aaa", lambda: np.apply_along_axis(lambda r: r[:2], 0, m))
show("aaa3", lambda: np.apply_along_axis(lambda r: np.outer(r, r), 1, k))
show("aoa", lambda: np.apply_over_axes(np.sum, np.arange(24).reshape(2, 3, 4), [0, 2]))
show("choose", lambda: np.choose([0, 1, 1], [[1, 2, 3], [10, 20, 30]]))
show("choosec", lambda: np.choose([0, 5], [[1, 2], [3, 4]], mode="clip"))
show("choosee", lambda: np.choose([0, 5], [[1, 2], [3, 4]]))
show("compress", lambda: np.compress([True, False, True], m, axis=0))
show("compress", lambda: np.compress([0, 1, 1], [5, 6, 7]))
show("extract", lambda: np.extract(m > 5, m))


def cp():
    a = np.zeros((2, 3))
    np.copyto(a, [1, 2, 3])
    np.copyto(a, 9, where=[True, False, False])
    return a


show("copyto", cp)
show("lexsort", lambda: np.lexsort(([2, 1, 3, 1], [1, 1, 0, 0])))
show("partition", lambda: np.partition([3, 1, 2], 1)[1])
show("argpart", lambda: np.argpartition([3, 1, 2], 0)[0])
show(
    "piece",
    lambda: np.piecewise(
        np.linspace(-2, 2, 5), [np.linspace(-2, 2, 5) < 0, np.linspace(-2, 2, 5) >= 0], [-1, lambda v: v * 2]
    ),
)
show("piece", lambda: np.piecewise(np.array([1, 2, 3]), np.array([True, False, False]), [5, 7]))


def pl(f):
    a = np.arange(6).reshape(2, 3)
    f(a)
    return a


show("place", lambda: pl(lambda a: np.place(a, a > 2, [44, 55])))
show("put", lambda: pl(lambda a: np.put(a, [0, -1], [9, 8])))
show("putm", lambda: pl(lambda a: a.put([1], 7)))
show("pute", lambda: pl(lambda a: np.put(a, [20], 1)))
show("putmask", lambda: pl(lambda a: np.putmask(a, a > 2, a**2)))
show("paa", lambda: pl(lambda a: np.put_along_axis(a, np.array([[1], [0]]), 99, axis=1)))
show("taa", lambda: np.take_along_axis(m, np.argsort(-m, axis=1), axis=1))
show("taa0", lambda: np.take_along_axis(m, np.array([[0, 1, 2, 0]]), axis=0))
show("taab", lambda: np.take_along_axis(k, np.array([[2]]), axis=1))
show("taan", lambda: np.take_along_axis(k, np.array([5, 0]), axis=None))
show("rmi", lambda: np.ravel_multi_index(([0, 1], [2, 0]), (2, 3)))
show("rmi", lambda: np.ravel_multi_index((1, 2), (2, 3)))
show("rmie", lambda: np.ravel_multi_index((2, 2), (2, 3)))
show("rmiw", lambda: np.ravel_multi_index((3, 4), (2, 3), mode="wrap"))


@np.vectorize
def add(a, b):
    return a + b if a > b else a - b


show("vec", lambda: add([1, 2, 3], 2))
show("vecs", lambda: add(1, 2))
show("vec2", lambda: np.vectorize(lambda v: (v, v * 0.5))([1, 2]))
show("vece", lambda: np.vectorize(len)([]))
show("veco", lambda: np.vectorize(lambda v: v, otypes=[float])([1, 2]))
show("veco", lambda: np.vectorize(lambda v: v, otypes="i")([1.5, 2]))
show("vexcl", lambda: np.vectorize(lambda a, p: p[0] + a, excluded=["p"])(np.array([1, 2]), p=[10]))
show(
    "cc",
    lambda: [
        np.can_cast("i4", "f8"),
        np.can_cast("f8", "f4"),
        np.can_cast("f8", "f4", "same_kind"),
        np.can_cast("u1", "i1"),
        np.can_cast(int, float),
    ],
)
print(
    np.promote_types("i1", "u1"),
    np.promote_types("f4", "i4"),
    np.result_type(np.float32(1), 2.0),
    np.result_type("i4", "f4"),
    np.result_type(3, np.int8(1)),
    np.result_type(np.arange(3, dtype="i2"), 2.5),
)
print(
    np.iterable([1]),
    np.iterable(3),
    np.array_equiv([1, 2], [[1, 2], [1, 2]]),
    np.array_equiv([1], [1, 2, 3]),
    np.array_equiv([1, 2], [1, 3]),
    np.isrealobj(m),
    np.iscomplexobj(m),
)
show("int1", lambda: np.intersect1d([1, 3, 4, 3], [3, 1, 2, 1]))
show("int1i", lambda: np.intersect1d([1, 1, 2, 3, 4], [2, 1, 4, 6], return_indices=True))
show("sd", lambda: np.setdiff1d([1, 2, 3, 2, 4], [3, 4, 5]))
show("sx", lambda: np.setxor1d([1, 2, 3], [3, 4]))
show("un", lambda: np.union1d([-1, 0, 1], [-2, 0, 2]))
show("uv", lambda: np.unique_values([2, 1, 2]))
show("hbe", lambda: np.histogram_bin_edges([1, 2, 5], bins=4))
show("h2", lambda: np.histogram2d([1, 2, 3, 3], [1, 1, 2, 4], bins=2))
show("h2b", lambda: np.histogram2d([1, 2, 3, 3], [1, 1, 2, 4], bins=[[0, 2, 4], [0, 1, 5]]))
show("h2w", lambda: np.histogram2d([1, 2, 3, 9], [1, 1, 2, 4], bins=3, range=[[0, 4], [0, 4]], weights=[1, 2, 3, 4.0]))
show("h2d", lambda: np.histogram2d([1, 2, 3, 3], [1, 1, 2, 4], bins=2, density=True))
show("hdd", lambda: np.histogramdd(np.array([[1, 2], [3, 4], [3, 3.5]]), bins=(2, 3))[0])
for mode in ["full", "same", "valid"]:
    show("conv", lambda: np.convolve([1, 2, 3], [0, 1, 0.5], mode))
    show("conv2", lambda: np.convolve([1, 2], [1, 2, 3, 4], mode))
    show("corr", lambda: np.correlate([1, 2, 3, 4], [0, 1, 0.5], mode))
    show("corr2", lambda: np.correlate([1, 2], [1, 2, 3, 5], mode))
    show("conv4", lambda: np.convolve(np.arange(5), np.ones(4) / 4, mode))
    show("corr4", lambda: np.correlate(np.arange(5), [1, 2, 3, 5], mode))
show("conve", lambda: np.convolve([], [1]))
show("cross", lambda: np.cross([1, 2, 3], [4, 5, 6]))
show("cross2", lambda: np.cross([[1, 2, 3], [0, 1, 0]], [4, 5, 6]))
show("kron", lambda: np.kron([1, 10], [5, 6, 7]))
show("kron2", lambda: np.kron(np.eye(2), np.ones((2, 1))))
show("vecdot", lambda: np.vecdot([[1, 2], [3, 4]], [1, 1]))
show("csum", lambda: np.cumulative_sum([1, 2, 3], include_initial=True))
show("cprod", lambda: np.cumulative_prod([1, 2, 3]))
show("unwrap", lambda: np.unwrap([0, 3, 6.5, 0.2, 3.4]))
show("unwrapp", lambda: np.unwrap([1, 2, 3, 4, 5, 6, 1, 2, 3], period=6))
show("unwrap2", lambda: np.unwrap(np.array([[0.0, 350], [20, 10]]), period=360))
show("unwrap20", lambda: np.unwrap(np.array([[0.0, 350], [20, 10]]), period=360, axis=0))
show("isnat", lambda: np.isnat(np.array(["2001-01-01", "NaT"], dtype="M8[ns]")))
show("isnate", lambda: np.isnat(3.0))
for n in "bartlett blackman hamming hanning".split():
    show(n, lambda: getattr(np, n)(5))
    show(n, lambda: getattr(np, n)(1))
    show(n, lambda: getattr(np, n)(0))
show("padd", lambda: np.polyadd([1, 2], [9, 5, 4]))
show("psub", lambda: np.polysub([2, 10, -2], [3, 10, -4]))
show("pmul", lambda: np.polymul([1, 2, 3], [9, 5, 1]))
show("pdiv", lambda: np.polydiv([3.0, 5.0, 2.0], [2.0, 1.0]))
show("pder", lambda: np.polyder([1, 1, 1, 1]))
show("pder2", lambda: np.polyder([1, 1, 1, 1], 2))
show("pint", lambda: np.polyint([6, 2, 1]))
show("pintk", lambda: np.polyint([6.0, 2], k=3))
p = np.poly1d([1, 2, 3])
q = np.poly1d([1, -1], True)
print(
    repr(p),
    p(2),
    p(np.array([1.0, 2])),
    p.order,
    p.c,
    p[1],
    p[5],
    repr(p.deriv()),
    repr(p.integ()),
    repr(p + q),
    repr(p * 2),
    repr(p - 1),
    repr(2 * p),
    p == np.poly1d([1, 2, 3]),
    repr(q),
    len(p),
    repr(p**2),
    repr((p / q)[0]),
    np.poly1d(np.polyfit([0, 1, 2], [1, 3, 5], 1)).order,
)
# files
np.savetxt("out/numpy_composed_t.txt", m, fmt="%.3f", header="a b\nc")
print(open("out/numpy_composed_t.txt").read())
show("lt", lambda: np.loadtxt("out/numpy_composed_t.txt"))
show("lt1", lambda: np.loadtxt("out/numpy_composed_t.txt", usecols=(0, 2), skiprows=3))
show("ltu", lambda: np.loadtxt("out/numpy_composed_t.txt", unpack=True, usecols=[1, 3]))
show("ltm", lambda: np.loadtxt("out/numpy_composed_t.txt", max_rows=1))
show("ltn", lambda: np.loadtxt("out/numpy_composed_t.txt", max_rows=1, ndmin=2))
open("out/numpy_composed_g.csv", "w").write("# head\n1,,3\n4,5,x\n")
show("gf", lambda: np.genfromtxt("out/numpy_composed_g.csv", delimiter=","))
show("gff", lambda: np.genfromtxt("out/numpy_composed_g.csv", delimiter=",", filling_values=-9))
show("lte", lambda: np.loadtxt("out/numpy_composed_g.csv", delimiter=","))
show("lti", lambda: np.loadtxt(io.StringIO("1 2\n3 4"), dtype=int))
show("lt0", lambda: np.loadtxt(["5"]))
show("ltc", lambda: np.loadtxt(io.StringIO("a 2\nb 4"), converters={0: lambda s: ord(s)}))
np.savetxt("out/numpy_composed_t2.txt", [1, 2], fmt="%d")
print(repr(open("out/numpy_composed_t2.txt").read()))
np.savetxt("out/numpy_composed_t3.txt", k, delimiter=",", fmt=["%d", "%.1f", "%e"])
print(open("out/numpy_composed_t3.txt").read())
for a in [
    m,
    k,
    np.array([True, False]),
    np.array(["2001-01-01"], dtype="M8[s]"),
    np.float32([1.5]),
    np.zeros((0, 3)),
    np.array(5),
]:
    np.save("out/numpy_composed_x.npy", a)
    b = np.load("out/numpy_composed_x.npy")
    print(
        b.dtype,
        b.shape,
        np.array_equal(a, b),
        len(open("out/numpy_composed_x.npy", "rb").read()),
        open("out/numpy_composed_x.npy", "rb").read()[:60],
    )
show("fl", lambda: np.full_like(k, 2.7))
show("fl", lambda: np.full_like(m, np.nan))
show("fl", lambda: np.full_like(k, 1, dtype=float))
show("fb", lambda: np.frombuffer(b"\x01\x00\x02\x00", dtype="<i2"))
show("fb", lambda: np.frombuffer(b"\x00\x01\x00\x02", dtype=">i2").tolist())
show("fb", lambda: np.frombuffer(b"\x01\x02\x03", "u1", 1, 1))
show("fbe", lambda: np.frombuffer(b"\x01\x02\x03", "<i2"))
print(
    3 in k,
    99 in k,
    "a" in np.array(["a", "b"]),
    3.0 in m,
    np.nan in x,
    k.dtype.str,
    m.dtype.byteorder,
    np.dtype("M8[ns]").str,
    np.dtype("u1").str,
    k.take([0, 1]),
    k.take([0], axis=1),
    m.diagonal(),
    m.trace(),
    k.mT.shape,
    k.tobytes()[:9],
    m.real is not None,
)
with np.printoptions(precision=2, suppress=True):
    print(np.array([1e-9, 1.23456]), np.arange(5) / 3)
print(
    np.arange(3) / 3,
    np.array2string(np.arange(3) / 3, precision=3, separator=","),
    np.array2string(np.arange(40), max_line_width=30, prefix="abc"),
    np.array_str(k),
    np.array_repr(k),
)
np.set_printoptions(threshold=10, edgeitems=1, linewidth=30, precision=3)
print(np.arange(100) / 7, m, np.arange(20.0))
print(repr(np.arange(20.0)))
np.set_printoptions(floatmode="fixed")
print(np.array([1, 2.25, np.nan]))
np.set_printoptions(floatmode="maxprec_equal")
print(np.array([1, 2.25]))
np.set_printoptions(floatmode="unique")
print(np.array([1 / 3, 2.25]))
print(np.get_printoptions()["edgeitems"], np.get_printoptions()["floatmode"])
np.set_printoptions(precision=8, threshold=1000, edgeitems=3, linewidth=75, suppress=False, floatmode="maxprec")
