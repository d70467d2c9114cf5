"""The operations that random scripts are made of: each adds a statement to a script of `random_script.py`, if it can.

What an answer is not determined for is left out here, and the reason said: where xarray's own depends on how an array is
chunked, on the library that it asks, or on its rounding errors.
"""

import numpy as np

# When a result has rounding errors: numbers with few digits have none in sums, products and quotients that have few.
NEVER, UNLESS_EXACT, ALWAYS = "never", "unless exact", "always"

# --- arithmetic


def binary(script):
    (left, a), (right, b) = script.any(), script.any()
    pick = script.random
    if a.dtype.kind == "b" and b.dtype.kind == "b":
        operator = pick.choice(["&", "|", "^", "=="])
    else:
        operator = pick.choice(["+", "-", "*", "/", ">", "<", "==", ">=", "!=", "<=", "//", "%"])
    script.new(f"{left} {operator} {right}", rounds=UNLESS_EXACT)


def scalar(script):
    name, array = script.any("iuf")
    if name is None:
        return
    pick = script.random
    operator = pick.choice(["+", "-", "*", "/", ">", "<=", "==", "//", "%", "**"])
    number = pick.choice(["1", "2", "3", "0.5", "2.5", "np.float32(1.5)"])
    if operator == "**":
        script.new(f"{name} ** {pick.choice(['2', '3', '0.5', '1.0'])}")
    else:
        script.new(f"{name} {operator} {number}" if pick.random() < 0.7 else f"{number} {operator} {name}", rounds=UNLESS_EXACT)


def function(script):
    name, array = script.any()
    functions = ["np.abs", "np.square", "np.sign", "np.sqrt", "np.floor", "np.ceil", "np.isnan", "np.isfinite", "np.negative", "np.sin", "np.cbrt"]
    chosen = script.random.choice([*functions, "exp", "log1p", "maximum", "invert"])
    written = {
        "exp": f"np.exp(-np.abs({name}))",
        "log1p": f"np.log1p(np.abs({name}))",
        "maximum": f"np.{script.random.choice(['maximum', 'minimum', 'fmax', 'hypot'])}({name}, {script.random.choice(['0', '1.5', script.any()[0]])})",
        "invert": f"~{name}",
    }
    script.new(written.get(chosen, f"{chosen}({name})"))


def convert(script):
    name, array = script.any()
    to = script.random.choice(["float64", "float32", "int64", "int32", "uint8", "bool"])
    # What NaN, infinities and numbers out of range become depends on the CPU.
    limits = {"int64": (-1e9, 1e9), "int32": (-1e9, 1e9), "uint8": (0, 255)}.get(to)
    if limits and array.dtype.kind == "f":
        script.new(f"{name}.where({name}.notnull(), 0).clip({limits[0]}, {limits[1]}).astype({to!r})")
    else:
        script.new(f"{name}.astype({to!r})")


# --- summaries


def reduce(script):
    name, array = script.any()
    pick = script.random
    # Where there are no values, numpy and Dask have extremes of other axes.
    extremes = ["min", "max"] if array.size else []
    if array.dtype.kind == "b":
        chosen = pick.choice(["any", "all", "sum", "mean", "count", *extremes])
    else:
        chosen = pick.choice(["mean", "sum", "std", "var", "count", "median", "prod", *extremes])
    if chosen == "prod" and overflows(array):
        return
    dims = [dim for dim in array.dims if pick.random() < 0.5]
    options = []
    if dims:
        options.append(repr(dims[0] if len(dims) == 1 and pick.random() < 0.5 else dims))
    if chosen not in ("any", "all", "count") and pick.random() < 0.3:
        options.append(f"skipna={pick.choice([True, False])}")
    if chosen in ("std", "var") and pick.random() < 0.3:
        options.append("ddof=1")
    script.of(name, f"{in_memory(chosen)}.{chosen}({', '.join(options)})", rounds_of(chosen))


def overflows(array):
    """Whether a product of floats may be infinite before it is multiplied by a 0, which is NaN: an order of the factors decides,
    and Swath multiplies `float32` in `float64`, which doesn't overflow."""
    if array.dtype.kind != "f":
        return False
    sizes = np.abs(array.values[np.isfinite(array.values) & (array.values != 0)]).astype("float64")
    return bool(np.abs(np.log2(sizes)).sum() >= np.finfo(array.dtype).maxexp - 3)


def rounds_of(summary):
    return ALWAYS if summary in ("std", "var") else UNLESS_EXACT


def in_memory(summary):
    """An array for a summary: Dask has medians of some arrays only, and those of windows in another dtype."""
    return "{}.compute()" if summary == "median" else "{}"


def quantile(script):
    name, array, dim, _ = script.with_dim("iuf")
    if name is None:
        return
    pick = script.random
    methods = ["linear", "nearest", "lower", "higher", "midpoint", "hazen", "weibull", "median_unbiased", "inverted_cdf", "closest_observation"]
    # The dtype of numpy's answer for float32 depends on whether the first values are all missing.
    to = ".astype('float64')" if array.dtype == "float32" else ""
    probabilities = pick.choice(["0", "0.25", "0.5", "0.9", "[0.1, 0.8]"])
    script.of(name, f"{{}}.compute().quantile({probabilities}, {dim!r}, method={pick.choice(methods)!r}){to}")


def weighted(script):
    name, array, dim, length = script.with_dim("iuf")
    if name is None:
        return
    pick = script.random
    weights = f"xr.DataArray(np.arange({length}) % 3 + {pick.choice([0.5, 1, 0])}, dims={dim!r})"
    chosen = pick.choice(["mean", "sum", "std", "var", "sum_of_weights", "sum_of_squares"])
    dims = [d for d in array.dims if pick.random() < 0.5] + [dim]
    script.of(name, f"{{}}.weighted({weights}).{chosen}({sorted(set(dims))!r})")


def products(script):
    (left, a), (right, b) = script.any("iuf"), script.any("iuf")
    # Small integers wrap in Dask chunk by chunk.
    if left is None or any(array.dtype.kind in "iu" and array.dtype.itemsize < 4 for array in (a, b)):
        return
    pick = script.random
    chosen = pick.choice(["dot", "corr", "cov", "matmul"])
    if chosen == "matmul":
        script.new(f"{left} @ {right}", rounds=UNLESS_EXACT)
    elif chosen == "dot":
        dims = [dim for dim in a.dims if pick.random() < 0.6]
        script.new(f"xr.dot({left}, {right}, dim={dims!r})", rounds=UNLESS_EXACT)
    else:
        dim = script.dim_of(a)
        # Rounding errors alone are correlated where an array is constant.
        if chosen == "cov" or (varies(a, dim) and varies(b, dim)):
            script.new(f"xr.{chosen}({left}, {right}, dim={dim!r})")


def varies(array, dim):
    """Whether values along a dimension differ by more than rounding errors, wherever some are not missing."""
    if dim not in array.dims or array.sizes[dim] == 0:
        return False
    spread = array.max(dim).astype("float64") - array.min(dim).astype("float64")
    return not bool((spread <= 1e-4 * np.abs(array).max(dim)).any())


# --- groups and windows

SUMMARIES = ["mean", "sum", "max", "min", "count", "median", "first", "last", "prod"]


def summaries(array):
    """What groups of an array are reduced by. Of infinities in chunks, flox has NaN where the largest, smallest or middle one
    is infinite; variances of them are infinite by it, NaN without."""
    if array.dtype.kind == "f" and np.isinf(array.values).any():
        return [name for name in SUMMARIES if name not in ("max", "min", "median")]
    return [*SUMMARIES, "std", "var"]


def empty_summaries(array):
    """What groups of an array that may be empty are reduced by. For integers in memory, the product of none is 1 and the
    first of none any number, where those from Dask are missing."""
    left_out = () if array.dtype.kind == "f" else ("first", "last", "prod")
    return [name for name in summaries(array) if name not in left_out]


def group(script):
    name, array, dim, length = script.with_dim()
    if name is None:
        return
    pick = script.random
    summary = pick.choice(summaries(array)) if array.dtype.kind != "b" else pick.choice(["any", "all", "count"])
    codes = [pick.choice([1, 2, 5]) for _ in range(length)]
    if summary == "prod" and overflows(array):
        return
    group = pick.choice([
        f"xr.DataArray({codes}, dims={dim!r}, name='g')",
        "'lab'",
        # xarray loses the labels of a dimension without an index.
        *([repr(dim)] if dim in array.indexes or dim not in array.coords else []),
        f"'t.{pick.choice(['day', 'hour', 'month', 'dayofyear'])}'",
    ])
    # Swath has no arithmetic of groups of several dims.
    if pick.random() < 0.2 and (group != "'lab'" or array.coords.get("lab", array).ndim < 2):
        script.of(name, f"(lambda g: g - g.mean())({{}}.groupby({group}))")
    else:
        script.of(name, f"{{}}.groupby({group}).{summary}()", rounds_of(summary))


def bins(script):
    name, array, dim, _ = script.with_dim("iuf", indexed=True)
    if name is None or array[dim].dtype.kind not in "if":
        return
    edges = script.random.choice([[-2, 0, 1, 20, 200], [0, 0.5, 30], [-1, 5, 50]])
    options = script.random.choice(["", ", right=False", ", include_lowest=True"])
    labels = f", labels={list(range(len(edges) - 1))}"
    # Sums of bins without values are 0 or NaN, as the library has it that is asked.
    chosen = script.random.choice([name for name in empty_summaries(array) if name not in ("sum", "prod")])
    script.of(name, f"{{}}.groupby_bins({dim!r}, {edges}{options}{labels}).{chosen}()", rounds_of(chosen))


def resample(script):
    name, array = script.any("iuf", dim="t")
    if name is None or "t" not in array.indexes:
        return
    pick = script.random
    chosen = pick.choice([*empty_summaries(array), "ffill", "nearest", "asfreq"])
    frequency = pick.choice(["D", "12h", "6h", "2D", "MS", "ME", "W", "5D", "QS-DEC", "YE", "3h"])
    options = pick.choice(["", "", "", ", closed='right'", ", label='right'"])
    script.of(name, f"{{}}.resample(t={frequency!r}{options}).{chosen}()", rounds_of(chosen))


def rolling(script):
    name, array, dim, length = script.with_dim()
    if name is None or length == 0:
        return
    pick = script.random
    options = f", center={pick.choice([True, False])}" if pick.random() < 0.4 else ""
    window = pick.randint(1, length)
    if pick.random() < 0.4:
        options += f", min_periods={pick.randint(1, window)}"
    # xarray computes variances of windows of booleans as Python objects, wrongly.
    variances = [] if array.dtype.kind == "b" else ["std", "var"]
    chosen = pick.choice(["mean", "sum", "max", "min", "count", "median", "construct", *variances])
    call = "construct('w')" if chosen == "construct" else f"{chosen}()"
    script.of(name, f"{in_memory(chosen)}.rolling({dim}={window}{options}).{call}", rounds_of(chosen))


def coarsen(script):
    name, array, dim, length = script.with_dim()
    if name is None or length == 0:
        return
    pick = script.random
    dims = {dim: pick.randint(1, length)}
    for other in array.dims:
        if pick.random() < 0.3 and array.sizes[other]:
            dims[other] = pick.randint(1, array.sizes[other])
    options = ", ".join(f"{d}={window}" for d, window in dims.items())
    # The mean of times is rounded to nanoseconds by way of a float, which need not hold it.
    if "t" in array.coords and set(array.coords["t"].dims) & set(dims):
        options += f", coord_func={{'t': {pick.choice(['min', 'max'])!r}}}"
    chosen = pick.choice(["mean", "sum", "max", "min", "count", "std", "var", "median"])
    # Truth values that are padded are objects in xarray, whose spread isn't that of numbers.
    if array.dtype == bool and chosen in ("std", "var"):
        return
    script.of(name, f"{in_memory(chosen)}.coarsen({options}, boundary={pick.choice(['trim', 'pad', 'exact'])!r}).{chosen}()", rounds_of(chosen))


def scan(script):
    name, array, dim, length = script.with_dim()
    if name is None or length < 2 or array[dim].dtype.kind not in "ifM":
        return
    pick = script.random
    lines = [f"polyfit({dim!r}, 1).polyfit_coefficients"] if has_lines(array, dim) else []
    written = pick.choice([
        *lines,
        f"cumsum({dim!r})",
        f"cumprod({dim!r})",
        f"diff({dim!r}, n={pick.choice([1, 2])}, label={pick.choice(['upper', 'lower'])!r})",
        f"differentiate({dim!r})",
        f"integrate({dim!r})",
        f"interpolate_na({dim!r})",
        f"cumsum({dim!r}, skipna=False)",
    ])
    script.of(name, f"{{}}.{written}")


def has_lines(array, dim):
    """Whether there is one line, or none, for all values along a dimension: one through one point, or several at one place,
    is any."""
    counts = array.notnull().sum(dim)
    infinite = array.dtype.kind == "f" and np.isinf(array.values).any()
    return not infinite and array.get_index(dim).is_unique and bool(((counts == 0) | (counts > 1)).all())


# --- selection and shape


def isel(script):
    name, array, dim, length = script.with_dim()
    if name is None or length == 0:
        return
    pick = script.random
    start, stop = sorted((pick.randint(0, length), pick.randint(0, length)))
    index = pick.choice([
        str(pick.randrange(-length, length)),
        f"slice({start}, {stop if stop > start or pick.random() < 0.1 else None})",
        f"slice(None, None, {pick.choice([2, 3, -1, -2])})",
        repr([pick.randrange(length) for _ in range(pick.randint(1, 4))]),
        f"xr.DataArray({[pick.randrange(length) for _ in range(2)]}, dims='p')",
        f"np.array({[pick.random() < 0.6 for _ in range(length)]})",
    ])
    script.of(name, f"{{}}.isel({dim}={index})", rounds=NEVER)


def sel(script):
    name, array, dim, length = script.with_dim(indexed=True)
    if name is None or length == 0:
        return
    pick = script.random
    if array[dim].dtype.kind == "M":
        index = pick.choice(["'2001-01-31'", "slice('2001-01-31', '2001-02-05')", "slice('2001-02', None)", "'2001-02'"])
        script.of(name, f"{{}}.sel({dim}={index})", rounds=NEVER)
        return
    values = array[dim].values.tolist()
    low, high = sorted((pick.randrange(length), pick.randrange(length)))
    index = pick.choice([
        repr(values[low]), repr([values[low], values[high]]), f"slice({values[low]!r}, {values[high]!r})",
        f"slice(None, {values[high]!r})",
    ])
    if isinstance(values[0], (int, float)) and pick.random() < 0.3:
        index = f"{[values[low] + 0.1, values[high] - 0.2]}, method={pick.choice(['nearest', 'ffill', 'bfill'])!r}"
    script.of(name, f"{{}}.sel({dim}={index})", rounds=NEVER)


def rearrange(script):
    name, array, dim, length = script.with_dim()
    if name is None:
        return
    pick = script.random
    order = pick.sample(list(array.dims), array.ndim)
    step = pick.randint(-2, 2)
    fill = pick.choice(["", "", ", fill_value=-3"])
    padding = (pick.randint(0, 2), pick.randint(0, 2))
    # Labels of two kinds that are joined become Python objects.
    numbered = [f"assign_coords({dim}=np.arange({length}) * 2)"] if dim not in "zt" else []
    written = pick.choice([
        f"transpose({', '.join(map(repr, order))})",
        "expand_dims('w')",
        f"expand_dims({{'w': {pick.randint(1, 2)}}})",
        "squeeze(drop=True)",
        "rename('c')",
        f"rename({{{dim!r}: 'r'}})",
        f"chunk({script.draw_chunks(array.sizes)})",
        f"shift({dim}={step}{fill})",
        f"roll({dim}={step}, roll_coords={pick.choice([True, False])})",
        f"pad({dim}={padding}{pick.choice(['', ', constant_values=0'])})",
        # Dask mirrors no more values than an axis has, and says nothing of it.
        f"compute().pad({dim}={padding}, mode={pick.choice(['edge', 'reflect', 'wrap', 'symmetric'])!r})",
        f"sortby({dim!r}, ascending={pick.choice([True, False])})",
        f"{pick.choice(['head', 'tail', 'thin'])}({dim}={pick.randint(1, 3)})",
        f"drop_isel({dim}=[{pick.randrange(length) if length else 0}])",
        f"drop_vars({sorted(map(str, array.coords))[:1]!r})",
        f"dropna({dim!r})",
        *numbered,
        f"broadcast_like({pick.choice(list(script.arrays))})",
        "reset_coords(drop=True)",
    ])
    script.of(name, f"{{}}.{written}", rounds=NEVER)


def missing(script):
    name, array = script.any()
    pick = script.random
    threshold = pick.choice(["0", "1.5", "np.float32(2)"])
    other = pick.choice(["", ", 0", ", -1", ", 0.5", f", {pick.choice(list(script.arrays))}", ", drop=True"])
    written = pick.choice([
        f"{{}}.where({name} > {threshold}{other})",
        f"{{}}.fillna({pick.choice(['-7', '0.5', pick.choice(list(script.arrays))])})",
        f"{{}}.clip({pick.choice(['-1, 2', 'min=0', 'max=1.5'])})",
        f"{{}}.round({pick.choice([0, 1, -1])})" if array.dtype.kind != "b" else "~{}",
        "{}.notnull()",
        "{}.isnull()",
        f"{{}}.isin([0, 1, 0.25])",
        f"xr.where({{}} > 1, {name}, {pick.choice(['0', '-2', '0.5', pick.choice(list(script.arrays))])})",
        f"{{}}.combine_first({pick.choice(list(script.arrays))})",
    ])
    script.of(name, written, rounds=UNLESS_EXACT)


def reindex(script):
    name, array, dim, length = script.with_dim(indexed=True)
    # What is made of no values has the dtype of the fill value.
    if name is None or array[dim].dtype.kind not in "if" or array.size == 0:
        return
    pick = script.random
    values = array[dim].values.tolist()
    labels = pick.sample(values, pick.randint(0, length)) + [pick.choice([3, 10, 0.5, 97])]
    options = pick.choice(["", "", ", fill_value=-1", ", method='nearest'", ", method='ffill'"])
    script.of(name, f"{{}}.reindex({dim}={labels}{options})", rounds=NEVER)


def combine(script):
    (left, a), (right, b) = script.any(), script.any()
    pick = script.random
    dim = script.dim_of(a) or "k"
    join = pick.choice(["inner", "outer", "left", "right"])
    part = f"{left}.isel({dim}=slice({pick.randint(0, 1)}, None))" if dim in a.dims else left
    script.new(pick.choice([
        f"xr.concat([{left}, {part}], dim={dim!r})",
        f"xr.concat([{left}, {right}], dim={dim!r})",
        f"xr.concat([{left}, {right}], dim='k')",
        f"xr.align({part}, {right}, join={join!r})[{pick.choice([0, 1])}]",
        f"{part} + {left}.isel({dim}=slice(None, -1))",
        f"xr.broadcast({left}, {right})[{pick.choice([0, 1])}]",
        f"xr.merge([{left}.rename('m'), {right}.rename('n')]).{pick.choice('mn')}",
        f"xr.Dataset({{'m': {left}, 'n': {right}}}).{pick.choice(['mean', 'max', 'sum', 'count'])}({dim!r}).{pick.choice('mn')}",
    ]), rounds=UNLESS_EXACT)


OPERATIONS = [
    binary, binary, scalar, scalar, function, convert, reduce, reduce, quantile, weighted, products, group, group,
    bins, resample, resample, rolling, coarsen, scan, scan, isel, isel, sel, rearrange, rearrange, rearrange, missing, missing,
    reindex, combine, combine,
]
