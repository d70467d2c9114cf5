"""Sets, histograms, convolutions, polynomials and windows of numpy, made of other functions."""

import numpy as np


def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    ar1, ar2 = np.ravel(np.asarray(ar1)), np.ravel(np.asarray(ar2))
    values, first = np.unique(ar1, return_index=True)
    other, second = np.unique(ar2, return_index=True)
    both = values[np.isin(values, other)]
    if not return_indices:
        return both
    return both, first[np.isin(values, other)], second[np.isin(other, values)]


def setdiff1d(ar1, ar2, assume_unique=False):
    values = np.ravel(np.asarray(ar1))
    values = values if assume_unique else np.unique(values)
    return values[~np.isin(values, np.asarray(ar2))]


def setxor1d(ar1, ar2, assume_unique=False):
    ar1, ar2 = np.unique(np.asarray(ar1)), np.unique(np.asarray(ar2))
    return np.sort(np.concatenate([ar1[~np.isin(ar1, ar2)], ar2[~np.isin(ar2, ar1)]]))


def union1d(ar1, ar2):
    return np.unique(np.concatenate([np.ravel(np.asarray(ar1)), np.ravel(np.asarray(ar2))]))


def unique_values(x):
    return np.unique(x)


def histogram_bin_edges(a, bins=10, range=None, weights=None):
    return np.histogram(a, bins=bins, range=range)[1]


def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    single = isinstance(bins, int) or len(bins) != 2
    counts, edges = histogramdd((x, y), [bins, bins] if single else bins, range, density, weights)
    return counts, *edges


def histogramdd(sample, bins=10, range=None, density=None, weights=None):
    columns = list(sample) if isinstance(sample, (list, tuple)) else list(np.asarray(sample).T)
    columns = [np.asarray(column) for column in columns]
    bins = [bins] * len(columns) if isinstance(bins, int) else list(bins)
    ranges = [None] * len(columns) if range is None else list(range)
    if len(bins) != len(columns) or len(ranges) != len(columns):
        raise ValueError("The dimension of bins and range must be equal to the dimension of the sample x.")
    edges = [np.histogram(column, wanted, bounds)[1] for column, wanted, bounds in zip(columns, bins, ranges)]
    inside, flat = np.ones(len(columns[0]), dtype=bool), np.zeros(len(columns[0]), dtype=int)
    for column, edge in zip(columns, edges):
        # The last bin holds its right edge, too.
        place = np.where(column == edge[-1], len(edge) - 2, np.digitize(column, edge) - 1)
        inside &= (place >= 0) & (place < len(edge) - 1)
        flat = flat * (len(edge) - 1) + np.clip(place, 0, len(edge) - 2)
    shape = [len(edge) - 1 for edge in edges]
    weights = None if weights is None else np.asarray(weights)[inside]
    counts = np.bincount(flat[inside], weights=weights, minlength=int(np.prod(shape))).reshape(shape) * 1.0
    if density:
        for axis, edge in enumerate(edges):
            counts = counts / np.diff(edge).reshape([-1 if other == axis else 1 for other, _ in enumerate(edges)])
        counts = counts / (counts * _volumes(edges)).sum()
    return counts, tuple(edges)


def _volumes(edges):
    volumes = np.diff(edges[0])
    for edge in edges[1:]:
        volumes = volumes[..., None] * np.diff(edge)
    return volumes


def convolve(a, v, mode="full"):
    a, v = np.atleast_1d(np.asarray(a)), np.atleast_1d(np.asarray(v))
    if not len(a) or not len(v):
        raise ValueError("a cannot be empty" if not len(a) else "v cannot be empty")
    a, v = (v, a) if len(v) > len(a) else (a, v)
    whole = np.zeros(len(a) + len(v) - 1, dtype=np.result_type(a, v))
    for place, weight in enumerate(v):
        whole[place : place + len(a)] += a * weight
    return _part(whole, len(a), len(v), mode)


def correlate(a, v, mode="valid"):
    a, v = np.atleast_1d(np.asarray(a)), np.atleast_1d(np.asarray(v))
    if not len(a) or not len(v):
        raise ValueError("a cannot be empty" if not len(a) else "v cannot be empty")
    if len(v) > len(a):
        return correlate(v, a, mode)[::-1]
    return _part(convolve(a, v[::-1]), len(a), len(v), mode)


def _part(whole, longer, shorter, mode):
    if mode in ("full", "f", 2):
        return whole
    if mode in ("same", "s", 1):
        first = (shorter - 1) // 2
        return whole[first : first + longer]
    if mode in ("valid", "v", 0):
        return whole[shorter - 1 : longer]
    raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got '{mode}')")


def cross(a, b, axis=-1):
    a, b = np.moveaxis(np.asarray(a), axis, -1), np.moveaxis(np.asarray(b), axis, -1)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ValueError("Both input arrays must be (arrays of) 3-dimensional vectors, but they have other lengths")
    parts = [a[..., (i + 1) % 3] * b[..., (i + 2) % 3] - a[..., (i + 2) % 3] * b[..., (i + 1) % 3] for i in range(3)]
    return np.stack(parts, axis=axis)


def kron(a, b):
    a, b = np.asarray(a), np.asarray(b)
    ndim = max(a.ndim, b.ndim)
    left, right = (1,) * (ndim - a.ndim) + a.shape, (1,) * (ndim - b.ndim) + b.shape
    a = a.reshape([length for pair in zip(left, (1,) * ndim) for length in pair])
    b = b.reshape([length for pair in zip((1,) * ndim, right) for length in pair])
    return (a * b).reshape([first * second for first, second in zip(left, right)])


def vecdot(x1, x2, axis=-1):
    return (np.asarray(x1) * np.asarray(x2)).sum(axis=axis)


def cumulative_sum(x, axis=None, dtype=None, include_initial=False):
    return _cumulative(np.cumsum, x, axis, dtype, 0 if include_initial else None)


def cumulative_prod(x, axis=None, dtype=None, include_initial=False):
    return _cumulative(np.cumprod, x, axis, dtype, 1 if include_initial else None)


def _cumulative(function, x, axis, dtype, initial):
    x = np.atleast_1d(np.asarray(x, dtype=dtype))
    if axis is None:
        if x.ndim > 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0
    result = function(x, axis=axis)
    result = result if dtype is None else result.astype(dtype)
    if initial is None:
        return result
    return np.concatenate([np.full_like(np.take(result, [0], axis=axis), initial), result], axis=axis)


def unwrap(p, discont=None, axis=-1, *, period=2 * np.pi):
    p = np.moveaxis(np.asarray(p), axis, -1)
    steps = np.diff(p, axis=-1)
    exact = p.dtype.kind in "iu" and isinstance(period, int)
    half = period // 2 if exact else period / 2
    wrapped = np.mod(steps + half, period) - half
    if not exact or period % 2 == 0:
        wrapped = np.where((wrapped == -half) & (steps > 0), half, wrapped)
    correction = np.where(np.abs(steps) < (half if discont is None else discont), 0, wrapped - steps)
    later = p[..., 1:] + np.cumsum(correction, axis=-1)
    return np.moveaxis(np.concatenate([p[..., :1], later], axis=-1), -1, axis)


def bitwise_count(x):
    return np.vectorize(lambda value: abs(int(value)).bit_count(), otypes=["uint8"])(x)


def isnat(x):
    x = np.asarray(x)
    if x.dtype.kind not in "mM":
        raise TypeError("ufunc 'isnat' is only defined for np.datetime64 and np.timedelta64.")
    return np.isnan(x)


def bartlett(M):
    n = np.arange(1 - M, M, 2)
    return np.where(n <= 0, 1 + n / (M - 1), 1 - n / (M - 1)) if M > 1 else np.ones(max(M, 0))


def blackman(M):
    return _cosines(M, [0.42, 0.5, 0.08])


def hamming(M):
    return _cosines(M, [0.54, 0.46])


def hanning(M):
    return _cosines(M, [0.5, 0.5])


def _cosines(M, weights):
    if M <= 1:
        return np.ones(max(M, 0))
    n = np.arange(1 - M, M, 2)
    return sum(weight * np.cos(order * np.pi * n / (M - 1)) for order, weight in enumerate(weights))


def polyadd(a1, a2):
    a1, a2 = _coefficients(a1), _coefficients(a2)
    length = max(len(a1), len(a2))
    filled = [np.concatenate([np.zeros(length - len(a), dtype=a.dtype), a]) for a in (a1, a2)]
    return filled[0] + filled[1]


def polysub(a1, a2):
    return polyadd(a1, -_coefficients(a2))


def polymul(a1, a2):
    a1, a2 = poly1d(a1), poly1d(a2)
    return np.convolve(a1.coeffs, a2.coeffs)


def polydiv(u, v):
    u, v = _coefficients(u) * 1.0, _coefficients(v) * 1.0
    quotient, rest = np.zeros(max(len(u) - len(v) + 1, 1)), u.copy()
    for place in range(len(u) - len(v) + 1):
        quotient[place] = rest[place] / v[0]
        rest[place : place + len(v)] -= quotient[place] * v
    while len(rest) > 1 and np.isclose(rest[0], 0, rtol=1e-14):
        rest = rest[1:]
    return quotient, rest


def polyder(p, m=1):
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    if isinstance(p, poly1d):
        return poly1d(polyder(p.coeffs, m))
    p = _coefficients(p)
    for _ in range(m):
        p = p[:-1] * np.arange(len(p) - 1, 0, -1)
    return p


def polyint(p, m=1, k=None):
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    if isinstance(p, poly1d):
        return poly1d(polyint(p.coeffs, m, k))
    constants = np.zeros(m) if k is None else np.resize(np.atleast_1d(k), m)
    p = _coefficients(p)
    for constant in constants:
        p = np.concatenate([p / np.arange(len(p), 0, -1), [constant]])
    return p


def _coefficients(p):
    return p.coeffs if isinstance(p, poly1d) else np.atleast_1d(np.asarray(p))


class poly1d:
    """A polynomial in one variable, the coefficient of the highest power first."""

    def __init__(self, c_or_r, r=False, variable="x"):
        coefficients = _coefficients(c_or_r)
        if r:
            product = np.ones(1)
            for root in coefficients:
                product = np.convolve(product, [1.0, -root])
            coefficients = product
        kept = np.trim_zeros(coefficients, "f")
        self.coeffs = kept if len(kept) else np.zeros(1, dtype=coefficients.dtype)

    c = coef = coefficients = property(lambda self: self.coeffs)
    o = order = property(lambda self: len(self.coeffs) - 1)

    def __call__(self, val):
        return np.polyval(self.coeffs, val)

    def __len__(self):
        return self.order

    def __iter__(self):
        return iter(self.coeffs)

    def __getitem__(self, power):
        return self.coeffs[self.order - power] if 0 <= power <= self.order else 0

    def __eq__(self, other):
        return isinstance(other, poly1d) and np.array_equal(self.coeffs, other.coeffs)

    def __neg__(self):
        return poly1d(-self.coeffs)

    def __add__(self, other):
        return poly1d(polyadd(self, other))

    def __sub__(self, other):
        return poly1d(polysub(self, other))

    def __mul__(self, other):
        return poly1d(self.coeffs * other if np.isscalar(other) else polymul(self, other))

    def __truediv__(self, other):
        if np.isscalar(other):
            return poly1d(self.coeffs / other)
        quotient, rest = polydiv(self, other)
        return poly1d(quotient), poly1d(rest)

    def __pow__(self, power):
        if not np.isscalar(power) or int(power) != power or power < 0:
            raise ValueError("Power to non-negative integers only.")
        product = poly1d([1])
        for _ in range(power):
            product = product * self
        return product

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return poly1d(other) - self

    def deriv(self, m=1):
        return poly1d(polyder(self, m))

    def integ(self, m=1, k=0):
        return poly1d(polyint(self, m, k))

    def __repr__(self):
        return f"poly1d({repr(self.coeffs)[len('array('):-1]})"
