"""Operations of random scripts that compute in other ways than by a summary: functions of the user, values between labels,
histograms, polynomials, fields of times."""

from random_operations import ALWAYS, NEVER, UNLESS_EXACT, has_lines


def kernel(script):
    """A function that the script defines, on arrays, along dims of their own or on chunks."""
    (left, a), (right, b) = script.any("iuf"), script.any("iuf")
    if left is None:
        return
    pick = script.random
    dim = script.dim_of(a)
    how = pick.choice(["dask='parallelized'", "dask='allowed'"])
    # In one chunk: after windows longer than chunks Dask has fewer and longer ones.
    whole = f"{{}}.chunk({dim}=-1), input_core_dims=[[{dim!r}]], {how}"
    script.of(left, pick.choice([
        f"xr.apply_ufunc(lambda a, b: a * 2 + b, {{}}, {right}, {how})",
        f"xr.apply_ufunc(lambda a: np.where(a > 1, a, -a), {{}}, {how})",
        f"xr.apply_ufunc(lambda a, k: np.clip(a, 0, k), {{}}, kwargs={{'k': 3}}, {how})",
        f"xr.apply_ufunc(np.maximum, {{}}, {right}, {how}, join={pick.choice(['inner', 'outer', 'left'])!r})",
        f"xr.map_blocks(lambda a: a * 2 - 1, {{}})",
        *([
            f"xr.apply_ufunc(lambda a: a.sum(axis=-1), {whole})",
            f"xr.apply_ufunc(lambda a: a - a.max(axis=-1, keepdims=True), {whole}, output_core_dims=[[{dim!r}]])",
            f"xr.apply_ufunc(lambda a: a[..., ::-1], {whole}, output_core_dims=[[{dim!r}]])",
        ] if dim is not None and a.sizes[dim] else []),
    ]), rounds=UNLESS_EXACT)


def between(script):
    name, array, dim, length = script.with_dim("iuf", indexed=True)
    if name is None or length < 2 or array[dim].dtype.kind not in "if":
        return
    pick = script.random
    values = array[dim].values.tolist()
    # No place is as near to one label as to the next.
    places = [round(values[at] + pick.choice([0, 0.3, 0.7]) * (values[at + 1] - values[at]), 6) for at in pick.choices(range(length - 1), k=3)]
    written = pick.choice([repr(places), repr(places[0]), f"xr.DataArray({places}, dims='p')"])
    # What Dask says to be float32 it then computes as float64.
    to = ".astype('float64')" if array.dtype == "float32" else ""
    script.of(name, f"{{}}.interp({dim}={written}, method={pick.choice(['linear', 'linear', 'nearest'])!r}){to}", rounds=ALWAYS)


def fill(script):
    name, array, dim, length = script.with_dim("f")
    if name is None or length == 0:
        return
    pick = script.random
    limit = pick.choice(["", f", limit={pick.randint(1, 2)}"])
    script.of(name, pick.choice([
        f"{{}}.ffill({dim!r}{limit})",
        f"{{}}.bfill({dim!r}{limit})",
        f"{{}}.interpolate_na({dim!r}, method='nearest')",
        f"{{}}.interpolate_na({dim!r}{limit}, use_coordinate=False)",
        f"{{}}.dropna({dim!r}, how='all')",
        f"{{}}.dropna({dim!r}, thresh={pick.randint(0, 2)})",
    ]), rounds=UNLESS_EXACT)


def place(script):
    name, array, dim, length = script.with_dim("iuf")
    if name is None or length == 0:
        return
    pick = script.random
    script.of(name, f"{{}}.{pick.choice(['argmin', 'argmax'])}({dim!r}{pick.choice(['', ', skipna=False'])})", rounds=NEVER)


def extremes(script):
    name, _, dim, _ = script.with_dim(indexed=True)
    if name:
        script.of(name, f"{{}}.{script.random.choice(['idxmin', 'idxmax'])}({dim!r})")


def histogram(script):
    name, array = script.any("iuf")
    if name is None or array.ndim == 0 or array.size == 0:
        return
    edges = script.random.choice([[-2, 0, 1, 20, 200], [0, 0.5, 3, 30], [-5, 5, 50]])
    density = script.random.choice(["", ", density=True"])
    script.new(f"xr.DataArray(da.histogram({name}.chunk().data.ravel(), bins={edges}{density})[0], dims='bin', name='counts')", rounds=UNLESS_EXACT)


def polynomial(script):
    name, array, dim, length = script.with_dim("iuf", indexed=True)
    if name is None or length < 2 or array[dim].dtype.kind not in "if" or not has_lines(array, dim):
        return
    # Coefficients are a statement of their own: their rounding errors grow with the labels, in values that may be near 0.
    if script.of(name, f"{{}}.polyfit({dim!r}, 1).polyfit_coefficients"):
        coefficients = script.statements[-1][0]
        # Errors where a line is 0 would be all that products of it are made of.
        script.of(name, f"xr.polyval({{}}[{dim!r}], {coefficients}).round(9)")


def weighted_quantile(script):
    name, array, dim, length = script.with_dim("iuf")
    if name is None or length == 0:
        return
    pick = script.random
    weights = f"xr.DataArray(np.arange({length}) % 3 + {pick.choice([0.5, 1])}, dims={dim!r})"
    script.of(name, f"{{}}.compute().weighted({weights}).quantile({pick.choice(['0.25', '0.5', '[0.1, 0.8]'])}, dim={dim!r}).astype('float64')")


def fields(script):
    name, array = script.any(dim="t")
    if name is None or "t" not in array.indexes or array.indexes["t"].dtype.kind != "M":
        return
    pick = script.random
    field = pick.choice(["month", "day", "hour", "dayofyear", "year", "days_in_month", "dayofweek"])
    summary = pick.choice(["max", "count", "first"])
    floor = pick.choice(["{}.t.dt.floor('D')", "{}.t.dt.ceil('D')", "{}.t.dt.season", "{}.t.dt.strftime('%m-%d')"])
    script.of(name, pick.choice([
        f"{{}}.where({{}}.t.dt.{field} > {pick.choice([1, 6, 30])})",
        f"{{}} * {{}}.t.dt.{field}",
        f"{{}}.t.dt.{field}",
        f"{{}}.groupby({floor}).{summary}()",
        f"{{}}.sel(t={{}}.t.dt.{field} > {pick.choice([1, 6, 30])})",
    ]), rounds=NEVER)


def area(script):
    name, array, dim, length = script.with_dim("iuf")
    if name is None or length < 2 or array[dim].dtype.kind not in "if":
        return
    script.of(name, f"{{}}.{script.random.choice(['cumulative_integrate', 'integrate'])}({dim!r})")


FUNCTIONS = [kernel, kernel, between, fill, place, extremes, histogram, polynomial, weighted_quantile, fields, area]
