"""Scripts of operations drawn at random, each tried under xarray as it is added.

An operation writes an expression of the arrays that a script has so far; what xarray makes of it says what can follow, and
what it refuses is left out. So a script needs no rules of its own for dims, labels and dtypes.
"""

import contextlib
import io
import random
import re
import sys
import warnings

# flox would have numbagg compile each of its reductions in each process, which takes longer than all else.
sys.modules["numbagg"] = None

import dask  # noqa: E402
import dask.array  # noqa: E402
import numpy as np  # noqa: E402
import xarray as xr  # noqa: E402

from random_functions import FUNCTIONS  # noqa: E402
from random_operations import ALWAYS, NEVER, OPERATIONS, UNLESS_EXACT  # noqa: E402
from random_shapes import SHAPES  # noqa: E402

DTYPES = ["float64", "float64", "float64", "float32", "float32", "int64", "int64", "int32", "int16", "int8", "uint8", "uint16", "bool"]
DIMS = ["x", "y", "z", "t"]
MOST_VALUES = 1500
ALL = [*OPERATIONS, *SHAPES, *FUNCTIONS]

PRELUDE = """\
import dask.array as da
import numpy as np
import xarray as xr
"""

# Rounding errors that another order of sums may have, put in where a result is rounded (see Script.perturbed): any at all,
# or none, in which case what should be 0 or equal is. Lines fitted to labels far from 0 err by more than their own rounding: by
# that of labels.
PERTURB = """\
import zlib
def rounded(name, r):
    if r.dtype.kind != "f" or r.size == 0:
        return r
    values = r.values
    random = np.random.default_rng(zlib.crc32((name + "-SEED").encode()))
    noise = random.uniform(-4, 4, (2, *values.shape))
    finite = np.abs(np.where(np.isfinite(values), values, 0)).max()
    eps = np.finfo("float32" if SINGLE else values.dtype).eps
    noisy = values * (1 + eps * noise[0]) + eps * noise[1] * finite
    step = 2.0 ** np.ceil(np.log2(16 * eps * finite)) if finite > 0 else 1.0
    even = np.copysign(np.round(values / step) * step, np.where(np.abs(values) < step / 2, noise[1], values))
    share = random.choice([0, 0.5, 1])
    return r.copy(data=np.where(random.random(values.shape) < share, even, noisy).astype(values.dtype))
def moved(name, r, dim):
    random = np.random.default_rng(zlib.crc32((name + "-labels-SEED").encode()))
    labels = r[dim].values
    noise = np.finfo("float64").eps * random.uniform(-2, 2, labels.shape)
    if labels.dtype.kind == "M":
        numbers = labels.astype("datetime64[ns]").astype("int64")
        return r.assign_coords({dim: (numbers + np.round(numbers * noise).astype("int64")).astype("datetime64[ns]")})
    return r.assign_coords({dim: labels * (1 + noise)})
"""

SHOW = """\
def show(name, r):
    r = r.compute()  # Dask may say another dtype than it then computes
    print(name, r.dims, str(r.dtype), tuple(r.shape), sorted(r.coords))
    for c in sorted(r.coords):
        print(c, r.coords[c].dims, *r.coords[c].values.ravel().tolist())
    print(*r.values.ravel().tolist())
"""


class Script:
    """A script that grows by one operation at a time."""

    def __init__(self, seed, number):
        self.random = random.Random(f"{seed}-{number}")
        self.statements = []  # (name, expression, whether its result has rounding errors)
        self.scope = {"da": dask.array, "np": np, "xr": xr}
        exec(SHOW, self.scope)
        # What there is so far, computed, and what the script prints of it.
        self.arrays = {}
        self.printed = []
        lengths = [0, 1, 2, 3, 4, 5, 7, 9] if self.random.random() < 0.05 else [1, 2, 3, 4, 5, 7, 9]
        self.lengths = {dim: self.random.choice(lengths) for dim in DIMS}
        self.labels = {dim: self.draw_labels(dim, length) for dim, length in self.lengths.items()}
        with oracle():
            for _ in range(self.random.randint(1, 3)):
                self.create()
            wanted = self.random.randint(1, 6)
            for _ in range(4 * wanted):
                before = len(self.arrays)
                self.random.choice(ALL)(self)
                wanted -= len(self.arrays) - before
                if wanted <= 0:
                    break

    def text(self):
        return self.written(PRELUDE, [f"{name} = {expression}" for name, expression, _ in self.statements])

    def perturbed(self, seed):
        """The same with other rounding errors in all that is rounded: where that makes a difference, a comparison of a
        result that should be 0, say, neither answer is wrong."""
        single = any(array.dtype == "float32" for array in self.arrays.values())
        perturb = PERTURB.replace("SEED", str(seed)).replace("SINGLE", str(single))
        lines = []
        for name, expression, rounds in self.statements:
            expression = re.sub(r"(v\d+(?:\.compute\(\))?)\.polyfit\(('\w+')", rf"moved('{name}', \1, \2).polyfit(\2", expression)
            lines.append(f"{name} = rounded({name!r}, {expression})" if rounds else f"{name} = {expression}")
        return self.written(PRELUDE + perturb, lines)

    def written(self, prelude, lines):
        return prelude + SHOW + "\n".join(lines + [f"show({name!r}, {name})" for name in self.arrays]) + "\n"

    def new(self, expression, rounds=ALWAYS):
        """Adds a statement, if xarray computes it; Dask refuses some only then. It says when its result is rounded."""
        name = f"v{len(self.statements)}"
        output = io.StringIO()
        try:
            value = eval(expression, self.scope)
            if not isinstance(value, xr.DataArray) or value.size > MOST_VALUES:
                return False
            computed = value.compute()
            if not is_supported(computed):
                return False
            with contextlib.redirect_stdout(output):
                self.scope["show"](name, computed)
        except Exception:
            return False
        self.scope[name], self.arrays[name] = value, computed
        self.statements.append((name, expression, rounds == ALWAYS or (rounds == UNLESS_EXACT and not is_exact(computed.values))))
        self.printed += output.getvalue().splitlines()
        return True

    def of(self, array, expression, rounds=ALWAYS):
        """A statement with `{}` for an array: of its values in memory, where Dask can't compute it."""
        return self.new(expression.replace("{}", array), rounds) or self.new(expression.replace("{}", f"{array}.compute()"), rounds)

    def any(self, kinds="biuf", dim=None, indexed=False):
        """The name of an array, and the array; one that has a dimension, where that matters."""
        found = [
            (name, array)
            for name, array in self.arrays.items()
            if array.dtype.kind in kinds
            and (dim is None or dim in array.dims)
            and (not indexed or any(d in array.indexes for d in array.dims))
        ]
        return self.random.choice(found) if found else (None, None)

    def dim_of(self, array, indexed=False):
        dims = [dim for dim in array.dims if not indexed or dim in array.indexes]
        return self.random.choice(dims) if dims else None

    def with_dim(self, kinds="biuf", indexed=False):
        """An array, a dimension of it and its length."""
        name, array = self.any(kinds, indexed=indexed)
        dim = self.dim_of(array, indexed) if name else None
        return (name, array, dim, array.sizes[dim]) if dim else (None, None, None, 0)

    def draw_labels(self, dim, length):
        pick = self.random
        if dim == "x":
            return pick.choice([[10 * i for i in range(length)], [100 - 3 * i for i in range(length)]])
        if dim == "y":
            return pick.choice([[0.5 * i - 1 for i in range(length)], [i * i / 4 for i in range(length)]])
        if dim == "z":
            return [f"n{i}" for i in range(length)]
        return f"np.datetime64('2001-01-30T18', 'ns') + np.arange({length}) * np.timedelta64({pick.choice([6, 8, 24, 240])}, 'h')"

    def create(self):
        pick = self.random
        dims = {dim: self.lengths[dim] for dim in pick.sample(DIMS, pick.randint(1, 3))}
        dtype = pick.choice(DTYPES)
        count = int(np.prod(list(dims.values())))
        factor, modulus = pick.choice([3, 7, 11, 37]), pick.choice([5, 13, 101])
        values = f"(np.arange({count}) * {factor} % {modulus})"
        if dtype.startswith("float"):
            values = f"({values} - {modulus // 3}) / 4"
        elif dtype == "bool":
            values = f"{values} > {modulus // 2}"
        elif not dtype.startswith("u") and pick.random() < 0.3:
            values = f"{values} - {modulus // 2}"
        coords = {dim: self.labels[dim] for dim in dims if dim == "t" or pick.random() < 0.6}
        if pick.random() < 0.15:
            dim = pick.choice(list(dims))
            coords["lab"] = (dim, [pick.choice([1, 2, 5]) for _ in range(dims[dim])])
        if pick.random() < 0.1:
            coords["at"] = 7
        coords = ", ".join(f"{dim!r}: {labels}" for dim, labels in coords.items())
        expression = (
            f"xr.DataArray(({values}).astype({dtype!r}).reshape({tuple(dims.values())}), "
            f"dims={tuple(dims)}, coords={{{coords}}}, name={pick.choice(['a', 'b'])!r})"
        )
        if dtype.startswith("float") and pick.random() < 0.5:
            expression = f"(lambda d: d.where(d {pick.choice(['>', '<', '!='])} {pick.choice([0, 0.25, 2])}))({expression})"
        if pick.random() < 0.8:
            expression += f".chunk({self.draw_chunks(dims)})"
        self.new(expression, rounds=NEVER)

    def draw_chunks(self, dims):
        pick = self.random
        if pick.random() < 0.1:
            return pick.choice([1, 2, -1, "'auto'"])
        chunks = {}
        for dim, length in dims.items():
            if length > 1 and pick.random() < 0.2:
                cut = pick.randint(1, length - 1)
                chunks[dim] = (cut, length - cut)
            elif pick.random() < 0.9:
                chunks[dim] = pick.choice([-1, *range(1, length + 1)])
        return chunks or -1


def is_exact(values):
    """Whether numbers are multiples of a power of 2 with so few digits that their sums have no rounding errors."""
    if values.dtype.kind != "f":
        return True
    smallest, largest = (2.0**-4, 2.0**16) if values.dtype == "float32" else (2.0**-20, 2.0**28)
    finite = values[np.isfinite(values)]
    return bool((np.abs(finite) <= largest).all() and (finite / smallest == np.round(finite / smallest)).all())


def is_supported(array):
    """Whether Swath has such values and coordinates: text beside NaN or numbers it hasn't, nor a dimension twice."""
    is_text = all(c.size > 0 and all(isinstance(v, str) for v in c.values.flat) for c in array.coords.values() if c.dtype.kind == "O")
    return array.dtype.kind in "biuf" and array.dtype != "float16" and is_text and len(set(array.dims)) == array.ndim


@contextlib.contextmanager
def oracle():
    """xarray as it is compared with."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), dask.config.set(scheduler="synchronous"):
        warnings.simplefilter("ignore")
        with xr.set_options(use_numbagg=False):
            yield


def printed(text, scope):
    """What a script prints under xarray, and its error."""
    error, output = None, io.StringIO()
    with oracle(), contextlib.redirect_stdout(output):
        try:
            exec(compile(text, "random.py", "exec"), scope)
        except Exception as found:
            error = f"{type(found).__name__}: {found}"
    return output.getvalue().splitlines(), error
