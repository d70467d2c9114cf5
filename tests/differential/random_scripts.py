"""Scripts composed at random of supported operations, on random shapes, chunks, dtypes and missing values.

    python tests/differential/random_scripts.py [--count N] [--seed N] [--swath PATH] [--ranks N] [--show NUMBER]

Each runs under CPython with xarray and Dask and under `swath run`; what it prints must agree as in `compare.py`, the type
of an exception included. A script is made of the seed and its number alone: `--show 17` prints number 17.
"""

import argparse
import pathlib
import random
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import compare  # noqa: E402
import ranks  # noqa: E402 (found in the directory above)
from run import ORACLE, run_scripts  # noqa: E402

BATCH = 250
DTYPES = ["float64", "float64", "float32", "int64", "int32", "int16", "uint8", "bool"]
DIMS = ["x", "y", "z"]

PRELUDE = """\
import numpy as np
import xarray as xr
"""

SHOW = """\
def show(name, r):
    print(name, r.dims, str(r.dtype), tuple(r.shape), sorted(r.coords))
    for c in sorted(r.coords):
        print(c, r.coords[c].dims, *r.coords[c].values.ravel().tolist())
    print(*r.values.ravel().tolist())
"""


class Script:
    """A script that grows by one operation at a time; it knows dims and kind of each of its arrays."""

    def __init__(self, seed, number):
        self.random = random.Random(f"{seed}-{number}")
        self.lines = []
        self.arrays = []  # (name, dims with lengths, dtype)
        self.lengths = {dim: self.random.choice([1, 2, 3, 4, 5, 7, 9]) for dim in DIMS}

    def text(self):
        for _ in range(self.random.randint(1, 3)):
            self.create()
        for _ in range(self.random.randint(1, 6)):
            self.random.choice(self.OPERATIONS)(self)
        shown = [f"show({name!r}, {name})" for name, _, _ in self.arrays[-3:]]
        return PRELUDE + SHOW + "\n".join(self.lines + shown) + "\n"

    def new(self, expression, dims, dtype):
        name = f"v{len(self.arrays)}"
        self.lines.append(f"{name} = {expression}")
        self.arrays.append((name, dict(dims), dtype))

    def any(self, wanted=lambda array: True):
        found = [array for array in self.arrays if wanted(array)]
        return self.random.choice(found) if found else None

    def create(self):
        pick = self.random
        dims = {dim: self.lengths[dim] for dim in pick.sample(DIMS, pick.randint(1, 3))}
        dtype = pick.choice(DTYPES)
        count = 1
        for length in dims.values():
            count *= length
        factor, modulus = pick.choice([3, 7, 11, 37]), pick.choice([5, 13, 101])
        values = f"(np.arange({count}) * {factor} % {modulus})"
        if dtype.startswith("float"):
            values = f"({values} - {modulus // 3}) / 4"
        elif dtype == "bool":
            values = f"{values} > {modulus // 2}"
        elif dtype != "uint8" and pick.random() < 0.3:
            values = f"{values} - {modulus // 2}"
        coords = {dim: self.labels(dim, length) for dim, length in dims.items() if pick.random() < 0.6}
        coords = ", ".join(f"{dim!r}: {labels}" for dim, labels in coords.items())
        expression = (
            f"xr.DataArray(({values}).astype({dtype!r}).reshape({tuple(dims.values())}), "
            f"dims={tuple(dims)}, coords={{{coords}}}, name={pick.choice(['a', 'b'])!r})"
        )
        if dtype.startswith("float") and pick.random() < 0.5:
            expression = f"(lambda d: d.where(d {pick.choice(['>', '<', '!='])} {pick.choice([0, 0.25, 2])}))({expression})"
        if pick.random() < 0.8:
            chunks = {dim: pick.choice([-1, *range(1, length + 1)]) for dim, length in dims.items()}
            expression += f".chunk({chunks})"
        self.new(expression, dims, dtype)

    def labels(self, dim, length):
        return {"x": [10 * i for i in range(length)], "y": [0.5 * i - 1 for i in range(length)], "z": [f"n{i}" for i in range(length)]}[dim]

    # --- operations

    def binary(self):
        left, right = self.any(), self.any()
        pick = self.random
        if left[2] == "bool" and right[2] == "bool":
            operator = pick.choice(["&", "|", "^"])
        elif "bool" in (left[2], right[2]):
            operator = pick.choice(["*", ">", "<="])
        else:
            operator = pick.choice(["+", "-", "*", "/", ">", "<", "==", ">=", "!=", "//", "%"])
        dims = {**left[1], **right[1]}
        if any(left[1].get(dim, length) != length for dim, length in right[1].items()):
            return
        self.new(f"{left[0]} {operator} {right[0]}", dims, result_dtype(operator, left[2], right[2]))

    def scalar(self):
        array = self.any(lambda array: array[2] != "bool")
        if array is None:
            return
        operator = self.random.choice(["+", "-", "*", "/", ">", "<=", "=="])
        number = self.random.choice(["1", "2", "3", "0.5", "2.5"])
        if array[2] == "uint8" and operator in "+-*" and "." not in number:
            number = "1"
        expression = f"{array[0]} {operator} {number}" if self.random.random() < 0.7 else f"{number} {operator} {array[0]}"
        self.new(expression, array[1], result_dtype(operator, array[2], "float64" if "." in number else array[2]))

    def function(self):
        array = self.any(lambda array: array[2] in ("float64", "float32", "int64", "int32"))
        if array is None:
            return
        name = self.random.choice(["np.abs", "np.square", "np.sign", "np.exp", "np.sqrt", "np.floor", "np.isnan", "np.negative", "np.sin"])
        dtype = {"np.isnan": "bool"}.get(name, array[2] if array[2].startswith("float") else "float64")
        if name in ("np.abs", "np.square", "np.sign", "np.negative"):
            dtype = array[2]
        if name == "np.exp":
            self.new(f"np.exp(-np.abs({array[0]}))", array[1], dtype)
        else:
            self.new(f"{name}({array[0]})", array[1], dtype)

    def reduce(self):
        array = self.any()
        pick = self.random
        if array[2] == "bool":
            name = pick.choice(["any", "all", "sum", "mean", "count"])
        else:
            name = pick.choice(["mean", "sum", "min", "max", "std", "var", "count", "median", "prod" if array[2].startswith("float") else "sum"])
        dims = [dim for dim in array[1] if pick.random() < 0.5]
        options = []
        if dims:
            options.append(repr(dims[0] if len(dims) == 1 and pick.random() < 0.5 else dims))
        else:
            dims = list(array[1])
        if name not in ("any", "all", "count") and pick.random() < 0.3:
            options.append(f"skipna={pick.choice([True, False])}")
        if name in ("std", "var") and pick.random() < 0.3:
            options.append("ddof=1")
        rest = {dim: length for dim, length in array[1].items() if dim not in dims}
        # Dask has no median of all axes together.
        of = f"{array[0]}.compute()" if name == "median" else array[0]
        self.new(f"{of}.{name}({', '.join(options)})", rest, "float64" if name in ("mean", "std", "var", "median") else "other")

    def isel(self):
        array = self.any(lambda array: array[1])
        if array is None:
            return
        pick = self.random
        dim = pick.choice(list(array[1]))
        length = array[1][dim]
        kind = pick.choice(["at", "slice", "list", "step"])
        dims = dict(array[1])
        if kind == "at":
            index = str(pick.randrange(-length, length)) if length else "0"
            del dims[dim]
        elif kind == "slice":
            start, stop = sorted((pick.randint(0, length), pick.randint(0, length)))
            index, dims[dim] = f"slice({start}, {stop})", stop - start
        elif kind == "step":
            step = pick.choice([2, 3, -1, -2])
            index, dims[dim] = f"slice(None, None, {step})", len(range(length)[::step])
        else:
            places = [pick.randrange(length) for _ in range(pick.randint(1, 4))] if length else []
            index, dims[dim] = repr(places), len(places)
        if dims.get(dim) == 0:
            return
        self.new(f"{array[0]}.isel({dim}={index})", dims, array[2])

    def where(self):
        array = self.any(lambda array: array[2] in ("float64", "float32", "int32", "int64"))
        if array is None:
            return
        threshold = self.random.choice(["0", "1.5", f"{array[0]}.mean()"])
        other = self.random.choice(["", ", 0", ", -1"])
        dtype = "float64" if not other else array[2]
        self.new(f"{array[0]}.where({array[0]} > {threshold}{other})", array[1], dtype if array[2] != "float32" else "float32")

    def reshape(self):
        array = self.any(lambda array: array[1])
        if array is None:
            return
        pick = self.random
        kind = pick.choice(["transpose", "expand", "fillna", "clip", "astype", "round", "rename", "notnull", "chunk"])
        name, dims, dtype = array
        if kind == "transpose":
            order = pick.sample(list(dims), len(dims))
            self.new(f"{name}.transpose({', '.join(map(repr, order))})", {dim: dims[dim] for dim in order}, dtype)
        elif kind == "expand":
            self.new(f"{name}.expand_dims('w')", {"w": 1, **dims}, dtype)
        elif kind == "fillna" and dtype.startswith("float"):
            self.new(f"{name}.fillna(-7)", dims, dtype)
        elif kind == "clip" and dtype.startswith("float"):
            self.new(f"{name}.clip(-1, 2)", dims, dtype)
        elif kind == "astype" and dtype != "other":
            to = pick.choice(["float64", "float32"])
            self.new(f"{name}.astype({to!r})", dims, to)
        elif kind == "round" and dtype.startswith("float"):
            self.new(f"{name}.round({pick.choice([0, 1])})", dims, dtype)
        elif kind == "rename":
            self.new(f"{name}.rename('c')", dims, dtype)
        elif kind == "notnull":
            self.new(f"{name}.notnull()", dims, "bool")
        elif kind == "chunk":
            chunks = {dim: pick.choice([-1, *range(1, length + 1)]) for dim, length in dims.items()}
            self.new(f"{name}.chunk({chunks})", dims, dtype)

    def quantile(self):
        array = self.any(lambda array: array[2].startswith("float") and array[1])
        if array is None:
            return
        dim = self.random.choice(list(array[1]))
        method = self.random.choice(["linear", "nearest", "lower", "hazen" if array[2] == "float32" else "midpoint"])
        # The dtype of numpy's answer for float32 depends on whether the first values are all missing.
        to = ".astype('float64')" if array[2] == "float32" else ""
        # Dask has no quantile along an axis of several chunks.
        dims = {name: length for name, length in array[1].items() if name != dim}
        self.new(f"{array[0]}.compute().quantile({self.random.choice([0, 0.25, 0.5, 0.9])}, {dim!r}, method={method!r}).drop_vars('quantile'){to}", dims, "float64")

    def group(self):
        array = self.any(lambda array: array[2] in ("float64", "float32", "int64") and array[1])
        if array is None:
            return
        dim = self.random.choice(list(array[1]))
        codes = [self.random.choice([1, 2, 5]) for _ in range(array[1][dim])]
        group = f"xr.DataArray({codes}, dims={dim!r}, name='g')"
        dims = {"g" if name == dim else name: length for name, length in array[1].items()}
        dims["g"] = len(set(codes))
        name = self.random.choice(["mean", "sum", "max", "min", "count"])
        self.new(f"{array[0]}.groupby({group}).{name}()", dims, "other")

    def numpy_where(self):
        left = self.any(lambda array: array[2] in ("float64", "int64"))
        if left is None:
            return
        self.new(f"xr.where({left[0]} > 1, {left[0]}, {self.random.choice(['0', '-2', '0.5'])})", left[1], "other")

    OPERATIONS = [binary, binary, scalar, scalar, function, reduce, reduce, isel, isel, where, reshape, reshape, quantile, group, numpy_where]


def result_dtype(operator, left, right):
    if operator in (">", "<", "==", ">=", "!=", "<="):
        return "bool"
    if left == right and operator != "/":
        return left
    if "other" in (left, right):
        return "other"
    return "float64" if operator == "/" else "other"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500, help="number of scripts")
    parser.add_argument("--seed", default=None, help="seed; by default another one every time")
    parser.add_argument("--ranks", type=int, default=1, help="MPI ranks of swath")
    parser.add_argument("--swath", default=str(HERE.parents[1] / "target/release/swath"), help="the binary")
    parser.add_argument("--show", type=int, metavar="NUMBER", help="print one script and end")
    arguments = parser.parse_args()
    seed = arguments.seed or str(random.SystemRandom().randrange(10**6))
    if arguments.show is not None:
        print(Script(seed, arguments.show).text())
        return
    print(f"seed {seed}", flush=True)
    failed = 0
    for start in range(0, arguments.count, BATCH):
        numbers = range(start, min(start + BATCH, arguments.count))
        failed += batch(seed, numbers, arguments)
    print(f"{arguments.count - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def batch(seed, numbers, arguments):
    """Runs some scripts under both engines; returns how many disagree."""
    scripts = {f"random_{number:05}": Script(seed, number).text() for number in numbers}
    swath = str(pathlib.Path(arguments.swath).resolve())
    launcher = ranks.launcher(arguments.ranks, swath) if arguments.ranks > 1 else []
    work = pathlib.Path(tempfile.mkdtemp(prefix="swath-random-"))
    try:
        (work / "in").mkdir()
        since = time.monotonic()
        expected = run_scripts([sys.executable, "-c", ORACLE], work / "xarray", scripts)
        between = time.monotonic()
        found = run_scripts([*launcher, swath, "run", "--quiet"], work / "swath", scripts)
        print(f"{len(scripts)} scripts: xarray {between - since:.0f} s, swath {time.monotonic() - between:.0f} s", flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    failed = 0
    for name in scripts:
        difference = compared(expected[name], found[name])
        if difference:
            failed += 1
            print(f"FAILED {name}: {difference} (--seed {seed} --show {int(name[-5:])})", flush=True)
    return failed


def compared(expected, found):
    """What differs, None where nothing does: the type of an error counts, not its words."""
    errors = [outcome.error and outcome.error.split(":")[0] for outcome in (expected, found)]
    if errors[0] != errors[1]:
        return f"expected {expected.error or 'no error'}, found {found.error or 'no error'}"
    differences = compare.printed(expected.printed, found.printed)
    return differences[0] if differences else None


if __name__ == "__main__":
    main()
