"""The table of what scripts can use of xarray: `TABLE.md`, made of the real xarray and of Swath's own tables.

    python tests/api/table.py [--swath PATH]            checks that TABLE.md is what it has to be
    python tests/api/table.py [--swath PATH] --write    makes it so

A method is supported where Swath has it with all parameters that xarray's has, partly where parameters are missing or
`LIMITS` says so, and not at all where Swath hasn't got it.
"""

import argparse
import inspect
import json
import pathlib
import subprocess
import sys
import warnings

import numpy as np
import xarray as xr

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE / "TABLE.md"
RERUN = "python tests/api/table.py --write"

# Pairs of classes that share a section, and classes of their own.
SECTIONS = {
    "DataArray and Dataset": ("DataArray", "Dataset"),
    "groupby": ("DataArrayGroupBy", "DatasetGroupBy"),
    "resample": ("DataArrayResample", "DatasetResample"),
    "rolling": ("DataArrayRolling", "DatasetRolling"),
    "coarsen": ("DataArrayCoarsen", "DatasetCoarsen"),
    "weighted": ("DataArrayWeighted", "DatasetWeighted"),
    "dt of moments and of spans": ("DatetimeAccessor", "TimedeltaAccessor"),
}

# What parameters don't say.
LIMITS = {
    "groupby": "groups along several dimensions can only be reduced",
    "chunks": "read only",
    "interp": "`method` linear and nearest",
    "interp_like": "`method` linear and nearest",
    "plot": "no plots",
}

# Parameters that have no meaning without Dask, or are on their way out of xarray.
NO_MATTER = {"self", "args", "kwargs", "out", "engine", "method_kwargs"}


def real_objects():
    times = np.arange("2000-01-01", "2000-01-05", dtype="datetime64[D]").astype("datetime64[ns]")
    array = xr.DataArray(np.arange(24.0).reshape(4, 6), dims=("time", "x"), coords={"time": times, "x": np.arange(6)}, name="a")
    dataset = array.to_dataset(name="a")
    weights = xr.DataArray(np.ones(6), dims="x")
    return {
        "DataArray": array,
        "Dataset": dataset,
        "DataArrayGroupBy": array.groupby("time.month"),
        "DatasetGroupBy": dataset.groupby("time.month"),
        "DataArrayResample": array.resample(time="2D"),
        "DatasetResample": dataset.resample(time="2D"),
        "DataArrayRolling": array.rolling(x=3),
        "DatasetRolling": dataset.rolling(x=3),
        "DataArrayCoarsen": array.coarsen(x=2),
        "DatasetCoarsen": dataset.coarsen(x=2),
        "DataArrayWeighted": array.weighted(weights),
        "DatasetWeighted": dataset.weighted(weights),
        "DatetimeAccessor": array.time.dt,
        "TimedeltaAccessor": (array.time - array.time[0]).dt,
    }


def real_surface():
    """Names and parameters of xarray's classes; None for what isn't called."""
    surface = {}
    for kind, thing in real_objects().items():
        names = [name for name in dir(type(thing)) if not name.startswith("_")]
        surface[kind] = {name: real_parameters(getattr(type(thing), name)) for name in names}
    return surface


def real_parameters(member):
    if not callable(member) or isinstance(member, type):
        return None
    try:
        parameters = inspect.signature(member).parameters.values()
    except (TypeError, ValueError):
        return None
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [parameter.name for parameter in parameters if parameter.kind in named and parameter.name not in NO_MATTER]


def own_surface(swath):
    """What `surface.py` prints under Swath."""
    result = subprocess.run([swath, "run", "--quiet", HERE / "surface.py"], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"surface.py failed: {result.stderr}")
    return json.loads(result.stdout)


def supported_parameters(text):
    """Names that Swath takes, by its own notation: `name`, `name!`, `name~`; not `name=VALUE`; None for any."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if any(part.startswith("**") for part in parts):
        anything = {part for part in parts if "=" in part}
        return None if not anything else {part.rstrip("!~") for part in parts if "=" not in part}
    return {part.rstrip("!~") for part in parts if "=" not in part and not part.startswith("*")}


def state(name, real, own):
    """`yes`, `no`, or what is missing."""
    if name not in real:
        return ""
    if name not in own:
        return "no"
    limits = [LIMITS[name]] if name in LIMITS else []
    wanted, text = real[name], own[name]
    if wanted is not None and text is not None:
        taken = supported_parameters(text)
        missing = [] if taken is None else [parameter for parameter in wanted if parameter not in taken]
        if missing:
            limits.append("without " + ", ".join(f"`{parameter}`" for parameter in missing))
    return f"partly: {'; '.join(limits)}" if limits else "yes"


def table(real, own):
    lines = [
        "# What scripts can use of xarray",
        "",
        f"Made by `{RERUN}` from xarray {xr.__version__} and from Swath's own tables; `tests/run.sh` checks it.",
        "*partly* names the parameters that are refused unless they have their default. Operators, indexing and the like",
        "are not in xarray's list of names, nor here.",
        "",
    ]
    for title, (left, right) in SECTIONS.items():
        names = sorted({*real[left], *real[right]})
        rows = [(name, state(name, real[left], own[left]), state(name, real[right], own[right])) for name in names]
        whole = sum(cell == "yes" for row in rows for cell in row[1:])
        part = sum(cell.startswith("partly") for row in rows for cell in row[1:])
        count = sum(bool(cell) for row in rows for cell in row[1:])
        lines += [f"## {title}", "", f"{whole} of {count} supported, {part} partly.", "", f"| | {left} | {right} |", "|---|---|---|"]
        lines += [f"| `{name}` | {first} | {second} |" for name, first, second in rows]
        lines.append("")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--swath", default=str(HERE.parents[1] / "target/release/swath"), help="the binary")
    parser.add_argument("--write", action="store_true", help="write TABLE.md instead of checking it")
    arguments = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        real = real_surface()
    made = table(real, own_surface(str(pathlib.Path(arguments.swath).resolve())))
    if arguments.write:
        TABLE.write_text(made)
        return
    present = TABLE.read_text() if TABLE.exists() else ""
    if made != present:
        changed = sorted(set(made.splitlines()) ^ set(present.splitlines()))
        print("\n".join(changed[:20]))
        print(f"{TABLE.name} isn't what xarray and Swath have: {RERUN} makes it so")
        print("0 passed, 1 failed")
        sys.exit(1)
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
