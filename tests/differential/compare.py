"""What the differential suite means by equal: printed lines, labelled arrays, and bytes.

Integers, booleans, times and text are exact. Floats agree to a relative tolerance plus one of the largest magnitude
among the script's inputs of such a dtype, since NumPy's own reductions err by that. NaNs are in the same places.
"""

import functools
import glob
import math
import pathlib
import re
import warnings

import numpy as np
import xarray as xr

# Relative tolerance, and the one that is multiplied by the largest input magnitude.
TOLERANCES = {"float16": (1e-3, 1e-4), "float32": (1e-5, 1e-6), "float64": (1e-12, 1e-14)}
PRINTED_RELATIVE = 1e-5
# What decides how a variable lies on disk for the next reader.
ENCODED = ("units", "calendar", "scale_factor", "add_offset", "dtype")


def stores_by_script(out, scripts):
    """The stores under `out`, by the script with the longest name that starts theirs."""
    found = {name: {} for name in scripts}
    for path in sorted([*out.glob("*.zarr"), *out.glob("*.nc")]):
        owners = [name for name in scripts if path.stem == name or path.stem.startswith(name + "_")]
        if owners:
            found[max(owners, key=len)][path.name] = path
    return found


# --- printed lines


def printed(expected, found):
    """Token by token, so that the width of a number doesn't break a line elsewhere."""
    left, right = tokens(expected), tokens(found)
    for index, (a, b) in enumerate(zip(left, right)):
        if not same_token(a, b):
            return [f"printed: expected {context(left, index)}, found {context(right, index)}"]
    if len(left) != len(right):
        index = min(len(left), len(right))
        return [f"printed: expected {context(left, index) or 'nothing more'}, found {context(right, index) or 'nothing more'}"]
    return []


def tokens(lines):
    return re.findall(r"[\[\](){},:=]|[^\s\[\](){},:=]+", " ".join(lines))


def context(words, index):
    return repr(" ".join(words[max(0, index - 3) : index + 4]))


def same_token(a, b):
    if a == b:
        return True
    if re.fullmatch(r"[+-]?\d+", a) and re.fullmatch(r"[+-]?\d+", b):
        return False
    try:
        x, y = float(a), float(b)
    except ValueError:
        return False
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) and math.isnan(y)
    # A number printed to a few places may differ by one in the last.
    places = len(a.split(".")[1]) if re.fullmatch(r"[+-]?\d+\.\d{2,9}", a) else 12
    return abs(x - y) <= PRINTED_RELATIVE * abs(x) + 1.01 * 10.0**-places


# --- labelled arrays


def stores(expected, found, magnitudes):
    differences = [f"{name}: not written" for name in expected if name not in found]
    differences += [f"{name}: not written by xarray" for name in found if name not in expected]
    for name in expected:
        if name in found:
            differences += [f"{name}: {d}" for d in store(expected[name], found[name], magnitudes)]
    return differences


def store(expected_path, found_path, magnitudes):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = opened(expected_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = opened(found_path)
        except Exception as error:  # whatever xarray says of the store is the finding
            return [f"xarray can't open it without a word: {type(error).__name__}: {first_line(error)}"]
    differences = []
    if dict(expected.sizes) != dict(found.sizes):
        differences.append(f"dimensions: expected {dict(expected.sizes)}, found {dict(found.sizes)}")
    for kind in ("data_vars", "coords", "indexes"):
        names, others = set(getattr(expected, kind)), set(getattr(found, kind))
        if names != others:
            differences.append(f"{kind}: missing {sorted(names - others)}, unexpected {sorted(others - names)}")
    differences += attributes("dataset", expected.attrs, found.attrs)
    for name in expected.variables:
        if name in found.variables:
            differences += variable(name, expected.variables[name], found.variables[name], magnitudes)
    return differences


def opened(path):
    """The dataset in a store of either kind, not in chunks."""
    return xr.open_zarr(path, chunks=None) if pathlib.Path(path).is_dir() else xr.open_dataset(path, engine="netcdf4")


def variable(name, expected, found, magnitudes):
    if expected.dims != found.dims:
        return [f"{name}: expected dimensions {expected.dims}, found {found.dims}"]
    if expected.shape != found.shape:
        return [f"{name}: expected shape {expected.shape}, found {found.shape}"]
    if dtype_name(expected) != dtype_name(found):
        return [f"{name}: expected {dtype_name(expected)}, found {dtype_name(found)}"]
    differences = attributes(name, expected.attrs, found.attrs)
    for key in ENCODED:
        a, b = (encoded(v, key) for v in (expected, found))
        if a != b:
            differences.append(f"{name}: encoding {key}: expected {a!r}, found {b!r}")
    try:
        a, b = expected.values, found.values
    except Exception as error:  # an unreadable chunk is a finding too
        return [*differences, f"{name}: can't be read: {type(error).__name__}: {first_line(error)}"]
    return differences + [f"{name}{d}" for d in values(a, b, magnitudes)]


def encoded(variable, key):
    value = variable.encoding.get(key)
    if key == "dtype":
        return "text" if value is not None and np.dtype(value).kind in "OUST" else str(value)
    return value.item() if isinstance(value, np.generic) else value


def dtype_name(variable):
    return "text" if variable.dtype.kind in "OUST" else str(variable.dtype)


def attributes(owner, expected, found):
    differences = []
    for key in {**expected, **found}:
        a, b = expected.get(key), found.get(key)
        if not np.array_equal(np.asarray(a), np.asarray(b)):
            differences.append(f"{owner}: attribute {key}: expected {a!r}, found {b!r}")
    return differences


def values(expected, found, magnitudes):
    if expected.dtype.kind not in "f":
        same = expected == found
        if expected.dtype.kind in "mM":
            same |= np.isnat(expected) & np.isnat(found)
        return first_difference(expected, found, ~np.asarray(same))
    relative, absolute = TOLERANCES[str(expected.dtype)]
    with np.errstate(all="ignore"):
        a, b = expected.astype("float64"), found.astype("float64")
        tolerance = relative * np.abs(a) + absolute * magnitudes[str(expected.dtype)]
        same = (np.abs(a - b) <= tolerance) | (a == b) | (np.isnan(a) & np.isnan(b))
    return first_difference(expected, found, ~same)


def first_difference(expected, found, wrong):
    count = int(np.count_nonzero(wrong))
    if count == 0:
        return []
    where = tuple(int(i) for i in np.argwhere(wrong)[0])
    return [f"{list(where)}: expected {expected[where]!r}, found {found[where]!r} ({count} of {wrong.size} differ)"]


def first_line(error):
    return next(iter(str(error).splitlines()), "")


def input_magnitudes(inputs, script):
    """For each float dtype, the largest number that a script reads which can come to be of it."""
    single, double = 1.0, 1.0
    for path in re.findall(r"in/([\w{}/*]+\.(?:zarr|nc))", script):
        for match in glob.glob(str(inputs / re.sub(r"{\w*}", "*", path))):
            of_single, of_double = store_magnitudes(match)
            single, double = max(single, of_single), max(double, of_double)
    return {"float16": single, "float32": single, "float64": double}


@functools.cache
def store_magnitudes(path):
    single, double = 0.0, 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = opened(path)
    for variable in dataset.data_vars.values():
        if variable.dtype.kind in "fiu" and variable.size:
            numbers = variable.values
            if numbers.dtype.kind == "O":  # lists of numbers, which have their dtype
                continue
            numbers = np.abs(numbers.astype("float64"))
            largest = float(np.max(numbers, where=np.isfinite(numbers), initial=0.0))
            double = max(double, largest)
            if variable.dtype.itemsize < 8:
                single = max(single, largest)
    return single, double


# --- bytes


def bytes_of(expected, found):
    """Differences between the file trees of two sets of stores."""
    differences = []
    for name in sorted({*expected, *found}):
        if name not in expected or name not in found:
            differences.append(f"{name}: written for one number of ranks only")
            continue
        left, right = files(expected[name]), files(found[name])
        for path in sorted({*left, *right}):
            if left.get(path) != right.get(path):
                differences.append(f"{name}/{path}: other bytes")
                break
    return differences


def files(store_path):
    root = pathlib.Path(store_path)
    if root.is_file():
        return {"": root.read_bytes()}
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
