"""Operations of random scripts that put values elsewhere: stacked and unstacked, under other labels, picked at points, joined."""

from random_operations import NEVER, UNLESS_EXACT, rounds_of


def stack(script):
    name, array = script.any()
    pick = script.random
    if array.ndim < 2:
        return
    dims = pick.sample(list(array.dims), 2)
    stacked = f"{{}}.stack(s={dims!r})"
    count = array.sizes[dims[0]] * array.sizes[dims[1]]
    some = sorted(pick.sample(range(count), pick.randint(1, count))) if count else []
    fill = pick.choice(["", "", ", fill_value=-1"])
    summary = pick.choice(["mean", "max", "sum", "count"])
    # Positions that unstacking makes labels of are none to groupby.
    unstacked = [f"{stacked}.unstack('s')", f"{stacked}.isel(s={some}).unstack('s'{fill})"]
    script.of(name, pick.choice([
        *(unstacked if all(dim in array.indexes for dim in dims) else []),
        f"{stacked}.{summary}('s')",
        f"{stacked}.reset_index('s')",
        f"{{}}.stack(s={dims!r}, create_index=False)",
    ]), rounds_of(summary))


def relabel(script):
    name, array, dim, length = script.with_dim()
    if name is None or "k" in array.coords or array.name == "k":
        return
    pick = script.random
    labels = [pick.choice([1, 2, 3]) * 10 + i for i in range(length)]
    labelled = f"{{}}.assign_coords(k=({dim!r}, {labels}))"
    script.of(name, pick.choice([
        f"{labelled}.swap_dims({dim}='k')",
        f"{labelled}.set_index({dim}='k')",
        f"{labelled}.reset_index({dim!r})",
        f"{labelled}.sortby('k', ascending={pick.choice([True, False])})",
        f"{{}}.sortby(xr.DataArray({labels[::-1]}, dims={dim!r}))",
        f"{labelled}.reset_coords('k').k",
        # Without the labels: xarray loses those without an index where arrays are broadcast or grouped.
        f"{{}}.drop_indexes({dim!r}).drop_vars({dim!r})",
    ]), rounds=NEVER)


def points(script):
    name, array = script.any()
    pick = script.random
    dims = [dim for dim in array.dims if array.sizes[dim] and dim != "p"]
    if len(dims) < 2:
        return
    count = pick.randint(1, 4)
    chosen = pick.sample(dims, 2)
    places = {dim: [pick.randrange(array.sizes[dim]) for _ in range(count)] for dim in chosen}
    coordinates = pick.choice(["", f", coords={{'p': {list(range(count))}}}"])
    of_places = ", ".join(f"{dim}=xr.DataArray({at}, dims='p'{coordinates})" for dim, at in places.items())
    labelled = [dim for dim in chosen if dim in array.indexes and array[dim].dtype.kind in "if"]
    if labelled and pick.random() < 0.5:
        labels = {dim: [array[dim].values.tolist()[at] for at in places[dim]] for dim in labelled}
        of_labels = ", ".join(f"{dim}=xr.DataArray({at}, dims='p'{coordinates})" for dim, at in labels.items())
        script.of(name, f"{{}}.sel({of_labels})", rounds=NEVER)
    else:
        script.of(name, f"{{}}.isel({of_places})", rounds=NEVER)


def pieces(script):
    """Cut in two and joined again, or labelled as another."""
    name, array, dim, length = script.with_dim(indexed=True)
    if name is None or length < 2:
        return
    pick = script.random
    cut = pick.randint(1, length - 1)
    other = script.any(dim=dim)[0]
    first, second = f"{{}}.isel({dim}=slice(None, {cut}))", f"{{}}.isel({dim}=slice({cut}, None))"
    # Text beside missing values, which merging fills, is none that Swath has.
    texts = any(c.dtype.kind in "UO" and name not in array.indexes for name, c in array.coords.items())
    label = array[dim].values.tolist()[cut] if array[dim].dtype.kind in "if" else None
    # Of two pieces that begin with one label, combine_by_coords loses one.
    if not array.indexes[dim].is_unique:
        return
    script.of(name, pick.choice([
        f"xr.combine_by_coords([{second}.to_dataset(name='m'), {first}.to_dataset(name='m')]).m",
        f"xr.combine_nested([{first}.rename('m'), {second}.rename('m')], concat_dim={dim!r})",
        *([f"xr.merge([{first}.rename('m'), {second}.rename('m')]).m"] if not texts else []),
        f"{{}}.reindex_like({other})",
        f"xr.concat([{second}, {first}], dim={dim!r}).sortby({dim!r})",
        *([f"{{}}.drop_sel({dim}=[{label}])", f"{{}}.drop_sel({dim}=[{label}, 5.25], errors='ignore')"] if label is not None else []),
    ]), rounds=NEVER)


def windows(script):
    """Windows of several dims, or laid out along new ones."""
    name, array = script.any()
    pick = script.random
    dims = [dim for dim in array.dims if array.sizes[dim]]
    if not dims or array.dtype.kind == "b":
        return
    chosen = {dim: pick.randint(1, array.sizes[dim]) for dim in pick.sample(dims, min(2, len(dims)))}
    sizes = ", ".join(f"{dim}={size}" for dim, size in chosen.items())
    dim, size = next(iter(chosen.items()))
    summary = pick.choice(["mean", "sum", "max", "count"])
    fill = pick.choice(["", ", fill_value=0"])
    script.of(name, pick.choice([
        f"{{}}.rolling({sizes}, min_periods={pick.randint(1, 2)}).{summary}()",
        f"{{}}.rolling({sizes}, center={pick.choice([True, False])}).{summary}()",
        f"{{}}.rolling({dim}={size}).construct('w', stride={pick.randint(1, 3)}{fill})",
        f"{{}}.rolling({dim}={size}, center=True).construct({dim}='w'{fill})",
        f"{{}}.coarsen({dim}={size}, boundary={pick.choice(['trim', 'pad'])!r}).construct({dim}=('c', 'w'))",
    ]), rounds_of(summary))


def alike(script):
    name, array = script.any()
    pick = script.random
    to = pick.choice(["", ", dtype='float32'", ", dtype='int16'"])
    other, _ = script.any()
    script.of(name, pick.choice([
        f"xr.zeros_like({{}}{to})",
        f"xr.full_like({{}}, {pick.choice([2, 3])}{to})",
        f"xr.ones_like({{}}) * {other}",
    ]), rounds=UNLESS_EXACT)


SHAPES = [stack, stack, relabel, points, pieces, pieces, windows, alike]
