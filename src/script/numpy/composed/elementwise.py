"""Functions of numpy of one element at a time that are made of others; labels stay, and lazy arrays stay lazy."""

import math

import numpy as np
import xarray as xr


def angle(z, deg=False):
    return np.arctan2(0.0, _given(z)) * (180.0 / math.pi if deg else 1.0)


def conjugate(x):
    return +_given(x)


def copysign(x1, x2):
    x1 = abs(_floating(x1, "copysign"))
    return _where(signbit(x2), -x1, x1)


def divmod(x1, x2):
    return np.floor_divide(x1, x2), np.mod(x1, x2)


def fabs(x):
    return abs(_floating(x, "fabs"))


def fix(x):
    return np.trunc(x)


def float_power(x1, x2):
    x1 = _given(x1)
    return (x1.astype("float64") if hasattr(x1, "astype") else float(x1)) ** _given(x2)


def fmod(x1, x2):
    x1, x2 = _given(x1), _given(x2)
    if _is_float(x1) or _is_float(x2):
        rest = abs(x1) % abs(x2)
        return _where((x1 == 0) & (rest == 0), x1, _where(x1 < 0, -rest, rest))
    rest = x1 % x2
    return _where((rest != 0) & ((x1 < 0) != (x2 < 0)), rest - x2, rest)


def gcd(x1, x2):
    return _of_integers(math.gcd, x1, x2)


def heaviside(x1, x2):
    x1 = _given(x1)
    return _where(x1 != 0, (np.sign(x1) + 1) / 2, _given(x2))


def iscomplex(x):
    x = _given(x)
    return (x != x) & False


def isneginf(x):
    return _given(x) == -math.inf


def isposinf(x):
    return _given(x) == math.inf


def isreal(x):
    x = _given(x)
    return (x == x) | True


def lcm(x1, x2):
    return _of_integers(math.lcm, x1, x2)


def ldexp(x1, x2):
    x1, x2 = _given(x1), _given(x2)
    if _is_float(x2):
        raise TypeError("ufunc 'ldexp' not supported for the input types: the exponent has to be an integer")
    # In three parts, each of which is a number.
    x2 = np.clip(x2, -2200, 2200)
    third = x2 // 3
    part, rest = np.exp2(third * 1.0), np.exp2((x2 - 2 * third) * 1.0)
    scaled = x1 * part * part * rest
    return scaled.astype("float32") if str(getattr(x1, "dtype", "")) == "float32" else scaled


def logaddexp(x1, x2):
    x1, x2 = _given(x1), _given(x2)
    with np.errstate(invalid="ignore"):
        apart = np.log1p(np.exp(-abs(x1 - x2)))
    return np.maximum(x1, x2) + _where(x1 == x2, math.log(2.0), apart)


def logaddexp2(x1, x2):
    x1, x2 = _given(x1), _given(x2)
    with np.errstate(invalid="ignore"):
        apart = np.log2(1 + np.exp2(-abs(x1 - x2)))
    return np.maximum(x1, x2) + _where(x1 == x2, 1.0, apart)


def logical_xor(x1, x2):
    return (_given(x1) != 0) != (_given(x2) != 0)


def modf(x):
    x = _floating(x, "modf")
    whole = np.trunc(x)
    return copysign(_where(np.isinf(x), 0.0, x - whole), x), whole


def nextafter(x1, x2):
    x1, x2 = _given(x1), _given(x2)
    if "float32" in (str(getattr(x1, "dtype", "")), str(getattr(x2, "dtype", ""))):
        raise NotImplementedError("nextafter of float32 isn't supported by swath: convert to float64 first")
    return np.vectorize(math.nextafter, otypes=[float])(x1, x2).astype(float)


def positive(x):
    return +_given(x)


def signbit(x):
    x = _given(x)
    # Only the quotient tells the zeros from one another.
    with np.errstate(divide="ignore"):
        return (x < 0) | ((x == 0) & (1.0 / _where(x == 0, x, 1.0) < 0))


def sinc(x):
    x = _given(x)
    y = math.pi * _where(x == 0, 1.0e-20, x)
    return np.sin(y) / y


def _given(x):
    if isinstance(x, complex):
        raise NotImplementedError("complex numbers aren't supported by swath")
    return np.asarray(x) if isinstance(x, (list, tuple)) else x


def _is_float(x):
    return isinstance(x, float) or getattr(getattr(x, "dtype", None), "kind", "") == "f"


def _floating(x, name):
    x = _given(x)
    dtype = getattr(x, "dtype", None)
    if dtype is None:
        return float(x)
    if dtype.kind == "f":
        return x
    if dtype.itemsize == 1:
        raise NotImplementedError(f"{name} of {dtype} is float16, which swath has not: convert it by .astype() first")
    return x.astype("float32" if dtype.itemsize == 2 else "float64")


def _of_integers(function, x1, x2):
    x1, x2 = _given(x1), _given(x2)
    return np.vectorize(function, otypes=[int])(x1, x2).astype(np.result_type(x1, x2))


def _where(condition, x, y):
    # numpy's own drops labels.
    labelled = any(isinstance(value, (xr.DataArray, xr.Dataset)) for value in (condition, x, y))
    return xr.where(condition, x, y, keep_attrs=True) if labelled else np.where(condition, x, y)


bitwise_left_shift = np.left_shift
bitwise_right_shift = np.right_shift
conj = conjugate
