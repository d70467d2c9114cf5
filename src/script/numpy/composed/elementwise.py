"""Functions of numpy of one element at a time that are made of others; lazy arrays stay lazy."""

import math

import numpy as np


def angle(z, deg=False):
    return np.arctan2(0.0, z) * (180.0 / np.pi if deg else 1.0)


def conjugate(x):
    return +x


def copysign(x1, x2):
    return np.where(signbit(x2), -np.abs(x1), np.abs(x1)) * 1.0


def divmod(x1, x2):
    return np.floor_divide(x1, x2), np.mod(x1, x2)


def fabs(x):
    return np.abs(x) * 1.0


def fix(x):
    return np.trunc(x)


def float_power(x1, x2):
    return _double(x1) ** x2


def fmod(x1, x2):
    remainder = np.abs(x1) % np.abs(x2)
    return np.where((x1 == 0) & (remainder == 0), x1, np.where(x1 < 0, -remainder, remainder))


def gcd(x1, x2):
    return np.vectorize(math.gcd, otypes=[int])(x1, x2)


def heaviside(x1, x2):
    return np.where(np.isnan(x1), np.nan, np.where(x1 == 0, x2, np.where(x1 < 0, 0.0, 1.0)))


def iscomplex(x):
    return (x != x) & False


def isneginf(x):
    return x == -np.inf


def isposinf(x):
    return x == np.inf


def isreal(x):
    return (x == x) | True


def lcm(x1, x2):
    return np.vectorize(math.lcm, otypes=[int])(x1, x2)


def ldexp(x1, x2):
    return x1 * np.exp2(x2)


def logaddexp(x1, x2):
    with np.errstate(invalid="ignore"):
        apart = np.log1p(np.exp(-np.abs(x1 - x2)))
    return np.maximum(x1, x2) + np.where(x1 == x2, np.log(2.0), apart)


def logaddexp2(x1, x2):
    with np.errstate(invalid="ignore"):
        apart = np.log2(1 + np.exp2(-np.abs(x1 - x2)))
    return np.maximum(x1, x2) + np.where(x1 == x2, 1.0, apart)


def logical_xor(x1, x2):
    return (x1 != 0) != (x2 != 0)


def modf(x):
    whole = np.trunc(x)
    return copysign(np.where(np.isinf(x), 0.0, x - whole), x), whole * 1.0


def nextafter(x1, x2):
    return np.vectorize(math.nextafter, otypes=[float])(x1, x2)


def positive(x):
    return +x


def signbit(x):
    # Only the quotient tells the zeros from one another.
    with np.errstate(divide="ignore"):
        return (x < 0) | ((x == 0) & (1.0 / np.where(x == 0, x, 1.0) < 0))


def sinc(x):
    y = np.pi * np.where(x == 0, 1.0e-20, x)
    return np.sin(y) / y


def _double(x):
    return x.astype("float64") if hasattr(x, "astype") else np.asarray(x, dtype="float64")


bitwise_left_shift = np.left_shift
bitwise_right_shift = np.right_shift
conj = conjugate
