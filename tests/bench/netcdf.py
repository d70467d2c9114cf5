"""Swath beside CDO, from one NetCDF4 file: `python tests/bench/netcdf.py [--maps N] [--runs N] [--operators NAMES]`.

Each operator runs in turn under CDO (one thread) and Swath (one and two threads), on the same float32 maps of 192 by 288,
once uncompressed and contiguous, once deflated at level 1 after a shuffle in chunks of one map. Seconds and CPU seconds of
whole processes, start-up and writing included, the best of some runs; the results are compared first. A file that fits
memory is read from the page cache by both.
"""

import argparse
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import netCDF4
import numpy as np
import xarray as xr

ROOT = pathlib.Path(__file__).resolve().parents[2]
LATITUDES, LONGITUDES = 192, 288

# What CDO is told (SOURCE is the file), and the same as a script.
OPERATORS = {
    "timmean": (["-timmean", "SOURCE"], 'x.mean("time")'),
    "timstd": (["-timstd", "SOURCE"], 'x.std("time")'),
    "fldmean": (["-fldmean", "SOURCE"], 'x.weighted(np.cos(np.deg2rad(ds.lat))).mean(("lat", "lon"))'),
    "ymonmean": (["-ymonmean", "SOURCE"], 'x.groupby("time.month").mean()'),
    "ymonsub": (
        ["-timmean", "-ymonsub", "SOURCE", "-ymonmean", "SOURCE"],
        '(x.groupby("time.month") - x.groupby("time.month").mean()).mean("time")',
    ),
}
# How many times as fast as CDO two threads are to be.
BARS = {"contiguous": 1.7, "deflated": 2.5}

SCRIPT = """\
import sys
import numpy as np
import xarray as xr

ds = xr.open_dataset(sys.argv[1], chunks={{}})
x = ds["t"]
({result}).to_dataset(name="t").to_netcdf(sys.argv[2])
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--maps", type=int, default=5760, help="time steps; 5760 are 1.2 GiB")
    parser.add_argument("--runs", type=int, default=5, help="runs of each, in turn")
    parser.add_argument("--operators", default=",".join(OPERATORS), help=f"of {', '.join(OPERATORS)}")
    parser.add_argument("--swath", default=str(ROOT / "target/release/swath"), help="the binary")
    parser.add_argument("--directory", help="where the files lie [default: a temporary directory]")
    arguments = parser.parse_args()
    if shutil.which("cdo") is None:
        sys.exit("there is no cdo on PATH (Debian: cdo)")
    arguments.swath = str(pathlib.Path(arguments.swath).resolve())
    with tempfile.TemporaryDirectory(prefix="swath-netcdf-", dir=arguments.directory) as directory:
        work = pathlib.Path(directory)
        print(f"{arguments.maps} maps of {LATITUDES} x {LONGITUDES} float32, {os.cpu_count()} cores")
        for kind in ("contiguous", "deflated"):
            make(work / f"{kind}.nc", kind, arguments.maps)
            for name in arguments.operators.split(","):
                measure(work, kind, name, arguments)
            (work / f"{kind}.nc").unlink()


def make(path, kind, maps):
    random = np.random.default_rng(1)
    storage = {"contiguous": True} if kind == "contiguous" else {"zlib": True, "complevel": 1, "chunksizes": (1, LATITUDES, LONGITUDES)}
    with netCDF4.Dataset(path, "w") as file:
        for name, length in {"time": maps, "lat": LATITUDES, "lon": LONGITUDES}.items():
            file.createDimension(name, length)
        axes = {
            "time": (np.arange(maps) * 0.25, "days since 2001-01-01", "time"),
            "lat": (np.linspace(-90, 90, LATITUDES), "degrees_north", "latitude"),
            "lon": (np.arange(LONGITUDES) * 1.25, "degrees_east", "longitude"),
        }
        for name, (values, units, standard) in axes.items():
            axis = file.createVariable(name, "f8", (name,))
            axis.units, axis.standard_name = units, standard
            axis[:] = values
        variable = file.createVariable("t", "f4", ("time", "lat", "lon"), **storage)
        base = 250 + 40 * np.cos(np.deg2rad(np.linspace(-90, 90, LATITUDES)))[:, None]
        for start in range(0, maps, 64):
            count = min(64, maps - start)
            # Rounded as measurements are, so that there is something to deflate.
            noise = random.normal(0, 5, (count, LATITUDES, LONGITUDES)).astype("float32")
            variable[start : start + count] = np.round((base + noise) * 8) / 8


def measure(work, kind, name, arguments):
    operator, result = OPERATORS[name]
    script = work / f"{name}.py"
    script.write_text(SCRIPT.format(result=result))
    source = work / f"{kind}.nc"
    operator = [source if word == "SOURCE" else word for word in operator]
    commands = {"cdo": ["cdo", "-s", "-O", *operator, work / "cdo.nc"]}
    for threads in (1, 2):
        commands[f"swath, {threads} thread{'s' * (threads > 1)}"] = [
            *(arguments.swath, "run", "--quiet", "--fresh", "--threads", str(threads), script, source, work / "swath.nc")
        ]
    best = {}
    for _ in range(arguments.runs):
        for label, command in commands.items():
            seconds, processor = run(command, work)
            found = best.get(label, (seconds, processor))
            best[label] = (min(found[0], seconds), min(found[1], processor))
    compare(work, name)
    theirs = best["cdo"]
    for label, (seconds, processor) in best.items():
        bar = {"cdo": "", "swath, 1 thread": " (bar 1.0)"}.get(label, f" (bar {BARS[kind]})")
        times = f"{theirs[0] / seconds:5.2f} times cdo{bar}, {theirs[1] / processor:5.2f} in CPU time"
        print(f"{kind:10} {name:9} {label:16} {seconds:6.2f} s {processor:6.2f} CPU s {times}", flush=True)


def run(command, work):
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}  # CDO's HDF5 reports attributes that aren't there
    subprocess.run([str(word) for word in command], cwd=work, check=True, **quiet)
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(work, name):
    theirs, ours = (xr.open_dataset(work / f"{engine}.nc", decode_times=False)["t"] for engine in ("cdo", "swath"))
    # CDO weighs by the areas of cells, which cosines only come close to; the mean of anomalies is all rounding.
    tolerance = {"fldmean": {"rtol": 1e-3}, "ymonsub": {"rtol": 0, "atol": 1e-3}}.get(name, {"rtol": 2e-5})
    np.testing.assert_allclose(np.squeeze(theirs.values), np.squeeze(ours.values), **tolerance)


if __name__ == "__main__":
    main()
