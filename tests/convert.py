"""`swath convert` and `swath info` on NetCDF files: `python tests/convert.py [--swath PATH] [--kills N] [--seed N]`.

What is converted must hold the values, dtypes and attributes that xarray reads from the NetCDF file without decoding, in
the chunks, shards and format asked for, from any number of ranks, with less memory than the file has values. Conversions
that `kill -9` ends at random instants (N of them) go on when they are resumed, and make the same bytes.
"""

import argparse
import functools
import hashlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings

import netCDF4
import numpy as np
import xarray as xr
import zarr

import ranks

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--swath", default=str(ROOT / "target/release/swath"), help="the binary")
    parser.add_argument("--kills", type=int, default=4, metavar="N", help="conversions that are killed [4]")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="repeats the kills of a former call")
    arguments = parser.parse_args()
    swath = str(pathlib.Path(arguments.swath).resolve())
    print(f"seed {arguments.seed}", flush=True)
    killed = functools.partial(resumed_after_kills, kills=arguments.kills, seed=arguments.seed)
    killed.__name__ = "resumed_after_kills"
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(prefix="swath-convert-") as directory:
        work = pathlib.Path(directory)
        make(work / "air.nc")
        for check in (whole, options, groups, in_little_memory, refusals, shown, killed):
            check(swath, work)
            print(f"passed {check.__name__}", flush=True)


def make(path):
    random = np.random.default_rng(7)
    with netCDF4.Dataset(path, "w") as file:
        for name, length in {"time": None, "y": 40, "x": 50}.items():
            file.createDimension(name, length)
        time = file.createVariable("time", "f8", ("time",))
        time.units = "days since 2001-01-01"
        time[:] = np.arange(2000)
        air = file.createVariable("air", "i2", ("time", "y", "x"), zlib=True, complevel=1, chunksizes=(7, 40, 50), fill_value=-1)
        air.set_auto_maskandscale(False)
        air.scale_factor = np.float32(0.01)
        air[:] = random.integers(0, 20_000, (2000, 40, 50))
        height = file.createVariable("height", "f4", ("y", "x"), contiguous=True, endian="big")
        height.units = "m"
        height[:] = random.normal(0, 100, (40, 50))
        file.title = "air"
        below = file.createGroup("below")
        below.createVariable("depth", "f8", ("y",))[:] = random.random(40)


def run(swath, work, *arguments, count=None, fails=False):
    command = [*ranks.launcher(count, swath), swath, *map(str, arguments)]
    process = ranks.start(command, work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said, _ = process.communicate(timeout=300)
    if (process.returncode != 0) != fails:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    return said


def same(work, output, group=None):
    expected = xr.open_dataset(work / "air.nc", decode_cf=False, group=group)
    found = xr.open_zarr(work / output, decode_cf=False, chunks=None)
    assert set(expected.variables) == set(found.variables), (set(expected.variables), set(found.variables))
    for name, variable in expected.variables.items():
        other = found.variables[name]
        assert variable.dims == other.dims and variable.dtype == other.dtype.newbyteorder("="), (name, variable, other)
        np.testing.assert_array_equal(variable.values, other.values, name)
        for key, value in variable.attrs.items():
            if key != "_FillValue":
                np.testing.assert_array_equal(np.asarray(value), np.asarray(other.attrs[key]), f"{name}.{key}")


def whole(swath, work):
    run(swath, work, "convert", "--quiet", "air.nc", "whole.zarr")
    same(work, "whole.zarr")
    assert zarr.open_group(work / "whole.zarr")["air"].chunks == (7, 40, 50)
    decoded = xr.open_zarr(work / "whole.zarr", chunks=None)
    # JSON has one kind of number, so that a scale factor of float32 has become one of float64.
    np.testing.assert_allclose(decoded.air[5], xr.open_dataset(work / "air.nc").air[5], rtol=1e-6)


def options(swath, work):
    chosen = ["--chunks", "time=100,x=-1", "--shards", "time=500", "--compressor", "zstd:3"]
    for count in (None, 3):
        run(swath, work, "convert", "--quiet", "--overwrite", "air.nc", "sharded.zarr", *chosen, count=count)
        same(work, "sharded.zarr")
        array = zarr.open_group(work / "sharded.zarr")["air"]
        assert (array.chunks, array.shards) == ((100, 40, 50), (500, 40, 50)), (array.chunks, array.shards)
    run(swath, work, "convert", "--quiet", "air.nc", "second.zarr", "--zarr-format", "2", "--compressor", "blosc:5")
    same(work, "second.zarr")
    # And from Zarr to Zarr.
    run(swath, work, "convert", "--quiet", "sharded.zarr", "again.zarr", "--chunks", "time=64,y=16", "--compressor", "none")
    same(work, "again.zarr")


def groups(swath, work):
    run(swath, work, "convert", "--quiet", "air.nc", "below.zarr", "--group", "below")
    same(work, "below.zarr", group="below")


def in_little_memory(swath, work):
    with netCDF4.Dataset(work / "large.nc", "w") as file:
        file.createDimension("n", 40_000_000)
        file.createVariable("x", "f8", ("n",), contiguous=True)[:] = np.arange(40_000_000.0)
    run(swath, work, "convert", "--quiet", "--memory", "160MiB", "large.nc", "large.zarr", "--compressor", "none")
    assert np.array_equal(xr.open_zarr(work / "large.zarr", chunks=None).x[::9973], np.arange(40_000_000.0)[::9973])
    (work / "large.nc").unlink()


def refusals(swath, work):
    assert "already exists" in run(swath, work, "convert", "--quiet", "air.nc", "whole.zarr", fails=True)
    assert "no group" in run(swath, work, "convert", "--quiet", "air.nc", "x.zarr", "--group", "above", fails=True)
    wrong = run(swath, work, "convert", "--quiet", "air.nc", "x.zarr", "--chunks", "time=10", "--shards", "time=15", fails=True)
    assert "whole chunks" in wrong, wrong
    with netCDF4.Dataset(work / "old.nc", "w", format="NETCDF3_CLASSIC") as file:
        file.createDimension("x", 3)
    assert "netCDF-3" in run(swath, work, "convert", "--quiet", "old.nc", "x.zarr", fails=True)
    (work / "text.nc").write_text("no store")
    assert "neither" in run(swath, work, "convert", "--quiet", "text.nc", "x.zarr", fails=True)
    assert not (work / "x.zarr").exists()


def shown(swath, work):
    text = run(swath, work, "info", "air.nc")
    for part in ("NetCDF-4", "groups: below", "shuffle, deflate(level 1)", "bytes(big), contiguous", "286 of 286"):
        assert part in text, text
    assert "depth" in run(swath, work, "info", "air.nc", "--group", "below")


def resumed_after_kills(swath, work, kills, seed):
    make_long(work / "long.nc")
    started = time.monotonic()
    convert = ["convert", "--quiet", "--threads", "2", "long.nc"]
    run(swath, work, *convert, "expected.zarr", "--chunks", "time=3", "--shards", "time=12")
    seconds, expected = time.monotonic() - started, digests(work / "expected.zarr")
    caught = 0
    for number in range(kills):
        draw = random.Random(f"{seed} {number}")
        directory = work / f"kill-{number}"
        directory.mkdir()
        (directory / "long.nc").symlink_to(work / "long.nc")
        line = [*convert, "out.zarr", "--chunks", "time=3", "--shards", "time=12"]
        count, pause_s = draw.choice([None, 2, 3]), draw.random() * seconds
        kill_after(swath, directory, line, count, pause_s, draw)
        unfinished = list(directory.glob(".swath/runs/*/journal"))
        caught += bool(unfinished)
        if (directory / "out.zarr").exists():
            assert digests(directory / "out.zarr") == expected, f"kill {number}: what has taken its place is not complete"
        if unfinished or not (directory / "out.zarr").exists():
            run(swath, directory, *line, "--resume", count=draw.choice([None, 2, 4]))
        assert digests(directory / "out.zarr") == expected, f"kill {number}: other bytes"
        left = [path.name for path in directory.iterdir() if path.name.startswith(".out")]
        assert not left and not list(directory.glob(".swath/runs/*")), f"kill {number} has left {left}"
        shutil.rmtree(directory)
    print(f"{caught} of {kills} conversions were killed before they had finished", flush=True)
    assert kills < 3 or caught > 0, "all conversions had finished before they were killed"


def make_long(path):
    random = np.random.default_rng(8)
    with netCDF4.Dataset(path, "w") as file:
        for name, length in {"time": 600, "y": 150, "x": 200}.items():
            file.createDimension(name, length)
        for name in ("first", "second"):
            variable = file.createVariable(name, "f4", ("time", "y", "x"), zlib=True, complevel=1, chunksizes=(1, 150, 200))
            for start in range(0, 600, 100):
                variable[start : start + 100] = np.round(random.normal(280, 10, (100, 150, 200)), 1)


def kill_after(swath, directory, line, count, pause_s, draw):
    """Starts a conversion and kills one of its processes once it keeps a journal and a while has passed."""
    command = [*ranks.launcher(count, swath), swath, *line]
    process = ranks.start(command, directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list(directory.glob(".swath/runs/*/journal")) and process.poll() is None:
        time.sleep(0.01)
    time.sleep(pause_s)
    victims = ranks.processes(process, pathlib.Path(swath).name)
    if victims:
        try:
            os.kill(draw.choice(victims), signal.SIGKILL)
        except ProcessLookupError:
            pass  # it has just finished
    process.wait(timeout=60)
    while ranks.processes(process, pathlib.Path(swath).name):
        time.sleep(0.05)


def digests(store):
    """A checksum of each file of a store, by its path in it."""
    files = [path for path in store.rglob("*") if path.is_file()]
    return {str(path.relative_to(store)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


if __name__ == "__main__":
    main()
