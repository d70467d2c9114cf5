"""What a resumed run goes on with, and what it refuses: one case a claim.

    python tests/resume_cases.py [--swath PATH] [--only PATTERN]

A run is made to fail where a script wants it to, by opening a store that isn't there yet, or is stopped by a signal.
`tests/resume.py` kills runs at random instants.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import time

import cases
import ranks
from cases import expect

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_S = 60

# Writes a store, computes a value, and goes on to a second store where `gate.zarr` is there.
GATED = """
import dask.array as da, numpy as np, xarray as xr
x = xr.DataArray(da.random.random((40, 100, 100), chunks=(1, 100, 100)), dims=("t", "y", "x"), name="x")
x.to_dataset().to_zarr("out_a.zarr", mode={mode!r})
mean = float(np.sin(x).mean())
gate = xr.open_zarr("gate.zarr")["gate"]
(x * 2 + float(gate.sum())).to_dataset(name="y").to_zarr("out_b.zarr", mode="w")
print(mean)
"""

# Makes a store, appends to it twice and writes to a region of it, and goes on where `gate.zarr` is there.
APPENDING = """
import os, sys
import dask, dask.array as da, numpy as np, xarray as xr
x = xr.DataArray(da.random.random((20, 60, 50), chunks=(4, 60, 50)), dims=("t", "y", "x"), name="x").to_dataset()
x = x.assign_coords(t=np.arange(20))
x.isel(t=slice(0, 8)).to_zarr("out_a.zarr", mode="w")
x.isel(t=slice(8, 14)).to_zarr("out_a.zarr", append_dim="t")
np.sqrt(x.isel(t=slice(14, 20))).to_zarr("out_a.zarr", append_dim="t")
(x.isel(t=slice(4, 8)) * 0).to_zarr("out_a.zarr", region={"t": slice(4, 8)})
first, second = [(x + k).to_zarr("out_a.zarr", append_dim="t", compute=False) for k in (1, 2)]
if os.path.exists("between"):
    sys.exit("between two writes")
dask.compute(first, second)
mean = float(np.sin(x.x).mean())
gate = xr.open_zarr("gate.zarr")["gate"]
(x * 2 + float(gate.sum())).to_zarr("out_b.zarr", mode="w")
print(mean, xr.open_zarr("out_a.zarr").sizes["t"])
"""

GATE = """
import dask.array as da, xarray as xr
xr.DataArray(da.ones(4, chunks=2), dims="n").to_dataset(name="gate").to_zarr("gate.zarr", mode="w")
"""

LONG = """
import dask.array as da, numpy as np, xarray as xr
x = xr.DataArray(da.random.random((400, 300, 500), chunks=(1, 300, 500)), dims=("t", "y", "x"))
y = x
for _ in range(6):
    y = np.sin(y) + x
try:
    y.to_dataset(name="y").to_zarr("out.zarr", mode="w")
except Exception:
    print("caught")
"""

SPILLING = """
import dask.array as da, xarray as xr
x = xr.DataArray(da.random.random((300, 300, 500), chunks=(1, 300, 500)), dims=("t", "y", "x"))
kept = x.persist()
kept.chunk({"t": 300, "y": 30, "x": 50}).to_dataset(name="y").to_zarr("spilled.zarr", mode="w")
"""


# Writes a NetCDF file, opens it again and writes what comes of it to another.
NETCDF = """
import dask.array as da, numpy as np, xarray as xr
x = xr.DataArray(da.random.random((300, 100, 200), chunks=(1, 100, 200)), dims=("t", "y", "x"))
y = x
for _ in range(6):
    y = np.sin(y) + x
y = y.astype("float32").to_dataset(name="z")
y.to_netcdf("first.nc", encoding={"z": {"zlib": True, "complevel": 1, "chunksizes": (1, 100, 200)}})
xr.open_dataset("first.nc", chunks={}).mean("t").to_netcdf("second.nc")
"""

FROM_NETCDF = """
import xarray as xr
x = xr.open_dataset("second.nc", chunks={})
x.to_zarr("copy.zarr", mode="w")
xr.open_zarr("gate.zarr")
"""


class Place:
    """A directory to run scripts in."""

    def __init__(self, swath, directory):
        self.swath, self.directory = swath, directory

    def write(self, name, text):
        (self.directory / name).write_text(text)

    def line(self, *words, ranks_count=None):
        return [*ranks.launcher(ranks_count, self.swath), str(self.swath), "run", "--threads", "2", *words]

    def run(self, *words, ranks_count=None):
        return ranks.finish(self.line(*words, ranks_count=ranks_count), self.directory, LIMIT_S)

    def start(self, *words, ranks_count=None):
        log = open(self.directory / "stderr", "w")
        return ranks.start(self.line(*words, ranks_count=ranks_count), self.directory, stdout=log, stderr=log)

    def start_until(self, pattern, count, *words, ranks_count=None):
        """Starts a run and waits until so many files are there."""
        process = self.start(*words, ranks_count=ranks_count)
        deadline = time.monotonic() + LIMIT_S
        while len(list(self.directory.glob(pattern))) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return process

    def said(self):
        return (self.directory / "stderr").read_text()

    def files(self, store):
        return {path.name: path.read_bytes() for path in self.directory.glob(f"{store}/**/*") if path.is_file()}

    def hidden(self):
        return sorted(path.name for path in self.directory.glob(".*"))

    def outcome(self):
        return json.loads(next(self.directory.glob(".swath/runs/*/outcome.json")).read_text())

    def fail_at_gate(self, *options, mode="w"):
        self.write("gated.py", GATED.format(mode=mode))
        code, _, stderr = self.run(*options, "gated.py")
        expect(code == 1 and "gate.zarr" in stderr, f"ends with {code}: {stderr}")

    def open_gate(self):
        self.write("gate.py", GATE)
        code, _, stderr = self.run("gate.py")
        expect(code == 0, stderr)


def what_is_finished_is_not_computed_again(place):
    # The default mode refuses a store that exists, but not the run's own.
    place.fail_at_gate(mode="w-")
    before = {path: path.stat().st_mtime_ns for path in place.directory.glob("out_a.zarr/**/*")}
    place.open_gate()
    code, printed, stderr = place.run("--resume", "gated.py", ranks_count=3)
    expect(code == 0, stderr)
    expect("resumed: 40 of 80 chunks, 1 values" in stderr, stderr)
    expect(before == {path: path.stat().st_mtime_ns for path in before}, "the finished store was touched")
    shutil.rmtree(place.directory / "out_a.zarr")
    again = place.run("gated.py")
    expect(again[0] == 0 and again[1] == printed, f"{printed!r} is not {again[1]!r}: {again[2]}")
    expect(not place.hidden(), f"left behind {place.hidden()}")


def a_changed_script_is_refused_until_it_starts_over(place):
    place.fail_at_gate()
    place.open_gate()
    place.write("gated.py", GATED.format(mode="w") + "\n")
    code, _, stderr = place.run("--resume", "gated.py")
    expect(code == 1 and "gated.py has changed" in stderr and "--fresh" in stderr, stderr)
    code, _, stderr = place.run("--resume", "--fresh", "gated.py")
    expect(code == 0 and not place.hidden(), f"{stderr} {place.hidden()}")


def changed_arguments_and_seeds_are_refused(place):
    place.fail_at_gate("--run-dir", "kept")
    for options, what in [(["gated.py", "more"], "the arguments"), (["--seed", "5", "gated.py"], "the seed")]:
        code, _, stderr = place.run("--resume", "--run-dir", "kept", *options)
        expect(code == 1 and f"{what} was" in stderr, stderr)
    code, _, stderr = place.run("--resume", "gated.py", "more")
    expect(code == 1 and "gate.zarr" in stderr, f"other arguments are another run: {stderr}")


def a_changed_input_is_refused(place):
    place.write("input.py", GATE.replace("gate.zarr", "in.zarr"))
    place.run("input.py")
    opened = 'import xarray as xr\nprint(float(xr.open_zarr("in.zarr")["gate"].sum()))\n'
    place.write("reads.py", opened + 'xr.open_zarr("gate.zarr")\n')
    code, _, _ = place.run("reads.py")
    expect(code == 1, "it opens what isn't there")
    place.run("input.py")
    code, _, stderr = place.run("--resume", "reads.py")
    expect(code == 1 and "in.zarr/gate has changed" in stderr and "--fresh" in stderr, stderr)


def missing_and_damaged_chunks_are_computed_again(place):
    place.write("long.py", LONG)
    expect(place.run("long.py")[0] == 0, "the reference runs")
    expected = place.files("out.zarr")
    shutil.rmtree(place.directory / "out.zarr")
    process = place.start_until(".out.zarr.*/y/c/*/0/0", 40, "long.py")
    process.send_signal(signal.SIGUSR1)
    expect(process.wait(LIMIT_S) == 75, place.said())
    chunks = sorted(place.directory.glob(".out.zarr.*/y/c/*/0/0"))
    chunks[3].unlink()
    damaged = bytearray(chunks[5].read_bytes())
    damaged[len(damaged) // 2] ^= 1
    chunks[5].write_bytes(damaged)
    # The journal loses its last bytes, too.
    journal = next(place.directory.glob(".swath/runs/*/journal"))
    journal.write_bytes(journal.read_bytes()[:-3])
    code, _, stderr = place.run("--resume", "long.py", ranks_count=2)
    there = int(stderr.partition("resumed: ")[2].split()[0])
    expect(code == 0 and there == len(chunks) - 2, f"{there} of {len(chunks)}: {stderr}")
    expect(place.files("out.zarr") == expected, "the result differs")
    expect(not place.hidden(), f"left behind {place.hidden()}")


def a_run_that_starts_over_removes_what_was_unfinished(place):
    place.write("long.py", LONG)
    process = place.start_until(".out.zarr.*/y/c/*/0/0", 10, "long.py")
    process.kill()
    process.wait()
    expect(len(place.hidden()) == 3, f"expected a workshop, its lock and a run directory: {place.hidden()}")
    place.write("long.py", "import xarray as xr\n" + LONG.replace("out.zarr", "other.zarr"))
    expect(place.run("long.py")[0] == 0 and not place.hidden(), f"left behind {place.hidden()}")


def a_second_run_is_refused_while_the_first_lives(place):
    place.write("long.py", LONG)
    process = place.start_until(".out.zarr.*/y/c/*/0/0", 1, "long.py")
    code, _, stderr = place.run("long.py")
    expect(code == 1 and f"is in use by process {process.pid}" in stderr, stderr)
    place.write("other.py", LONG.replace("except Exception", "except KeyError"))
    code, _, stderr = place.run("other.py")
    expect(code == 1 and "out.zarr" in stderr and f"process {process.pid}" in stderr, stderr)
    process.send_signal(signal.SIGTERM)
    process.wait()


def a_deadline_is_kept(place):
    place.write("long.py", LONG)
    started = time.monotonic()
    code, printed, stderr = place.run("--deadline", "2s", "--grace", "1s", "long.py")
    took = time.monotonic() - started
    expect(code == 75 and took < 2.6 and not printed, f"{code} after {took:.1f} s: {printed} {stderr}")
    expect(place.outcome()["ending"] == "drained", place.outcome())
    code, _, stderr = place.run("--deadline", "1s", "--grace", "700ms", "--resume", "long.py", ranks_count=3)
    expect(code == 75, f"{code}: {stderr}")


def a_terminated_run_leaves_at_once(place):
    place.write("long.py", LONG)
    process = place.start_until(".out.zarr.*/y/c/*/0/0", 5, "long.py")
    sent = time.monotonic()
    process.send_signal(signal.SIGTERM)
    code = process.wait(LIMIT_S)
    took = time.monotonic() - sent
    expect(code == 143 and took < 0.6, f"{code} after {took:.2f} s")
    expect(place.outcome() == {"ending": "interrupted", "exit_code": 143}, place.outcome())


def a_run_directory_that_cannot_be_made_is_missed_only_where_it_was_asked_for(place):
    place.write("gate.py", GATE)
    place.write(".swath", "a file")
    code, _, stderr = place.run("gate.py")
    expect(code == 0 and stderr.count("can't be resumed") == 1, stderr)
    code, _, stderr = place.run("--run-dir", ".swath/x", "gate.py")
    expect(code == 1, stderr)


def a_kept_run_directory_says_that_the_run_has_finished(place):
    place.open_gate()
    code, _, _ = place.run("--keep-run-dir", "gate.py")
    expect(code == 0 and place.outcome()["ending"] == "finished", place.outcome())
    code, _, stderr = place.run("--resume", "gate.py")
    expect(code == 0 and "resumed: 2 of 2 chunks" in stderr and not place.hidden(), stderr)


def a_script_that_fails_at_once_leaves_nothing(place):
    place.write("wrong.py", "import xarray as xr\nxr.open_zarr('nothing.zarr')\n")
    code, _, _ = place.run("wrong.py")
    expect(code == 1 and not place.hidden(), f"left behind {place.hidden()}")


def nothing_stays_in_scratch_whatever_ends_a_run(place):
    place.write("spilling.py", SPILLING)
    scratch = place.directory / "scratch"
    scratch.mkdir()
    for ranks_count in (None, 3):
        for sent in (signal.SIGINT, signal.SIGKILL):
            words = ("--memory", "192MiB", "--scratch", "scratch", "--fresh", "spilling.py")
            with open(place.directory / "stderr", "w") as log:
                command = place.line(*words, ranks_count=ranks_count)
                process = ranks.start(command, place.directory, stdout=log, stderr=log)
            deadline = time.monotonic() + LIMIT_S
            while not ranks.has_open(process, scratch) and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.002)
            expect(process.poll() is None, f"ended before it wrote to scratch: {place.said()}")
            time.sleep(0.3)
            for rank in ranks.processes(process, "swath"):
                os.kill(rank, sent)
            process.wait(LIMIT_S)
            left = [path.name for path in scratch.iterdir()]
            expect(not left, f"{sent.name} on {ranks_count} ranks left {left}")


def a_netcdf_file_is_gone_on_with(place):
    place.write("netcdf.py", NETCDF)
    process = place.start_until(".first.nc.swath-*/z/c/*/0/0", 40, "netcdf.py")
    process.send_signal(signal.SIGKILL)
    process.wait(LIMIT_S)
    expect(not (place.directory / "first.nc").exists(), "a file that isn't complete has its name")
    code, _, stderr = place.run("--resume", "netcdf.py", ranks_count=3)
    expect(code == 0, stderr)
    found = re.search(r"resumed: (\d+) of", stderr)
    expect(found and int(found[1]) >= 30, stderr)
    expect(set(place.hidden()) <= {".swath"}, f"left behind {place.hidden()}")
    resumed = {name: (place.directory / name).read_bytes() for name in ("first.nc", "second.nc")}
    code, _, stderr = place.run("netcdf.py")
    expect(code == 0, stderr)
    for name, content in resumed.items():
        expect((place.directory / name).read_bytes() == content, f"{name} has other bytes")


def a_changed_netcdf_input_is_refused(place):
    place.write("small.py", NETCDF.replace("300, 100, 200", "4, 10, 20").replace("1, 100, 200", "1, 10, 20"))
    place.write("copy.py", FROM_NETCDF)
    expect(place.run("small.py")[0] == 0, "it isn't written")
    expect(place.run("copy.py")[0] == 1, "there is no gate")
    os.utime(place.directory / "second.nc")
    code, _, stderr = place.run("--resume", "copy.py")
    expect(code == 1 and "second.nc/z has changed" in stderr, f"{code}: {stderr}")


def what_was_appended_is_not_appended_again(place):
    place.open_gate()
    place.write("appending.py", APPENDING)
    code, printed, stderr = place.run("appending.py")
    expect(code == 0 and printed.split()[1] == "60", f"ends with {code}: {printed} {stderr}")
    whole = place.files("out_a.zarr")
    for store in ("out_a.zarr", "out_b.zarr", "gate.zarr"):
        shutil.rmtree(place.directory / store)
    place.write("between", "")
    code, _, stderr = place.run("--resume", "appending.py")
    expect(code == 1 and "between two writes" in stderr, f"ends with {code}: {stderr}")
    (place.directory / "between").unlink()
    for _ in range(2):
        code, _, stderr = place.run("--resume", "appending.py")
        expect(code == 1 and "gate.zarr" in stderr, f"ends with {code}: {stderr}")
        expect(place.files("out_a.zarr") == whole, "the store isn't what an undisturbed run leaves")
    place.open_gate()
    code, again, stderr = place.run("--resume", "appending.py", ranks_count=3)
    expect(code == 0 and again == printed, f"ends with {code}: {again} {stderr}")
    expect(place.files("out_a.zarr") == whole, "the store isn't what an undisturbed run leaves")
    expect(not [path for path in place.directory.glob("out_a.zarr/.*") if path.is_dir()], "a workshop is left")


CASES = [
    what_was_appended_is_not_appended_again,
    a_netcdf_file_is_gone_on_with,
    a_changed_netcdf_input_is_refused,
    what_is_finished_is_not_computed_again,
    a_changed_script_is_refused_until_it_starts_over,
    changed_arguments_and_seeds_are_refused,
    a_changed_input_is_refused,
    missing_and_damaged_chunks_are_computed_again,
    a_run_that_starts_over_removes_what_was_unfinished,
    a_second_run_is_refused_while_the_first_lives,
    a_deadline_is_kept,
    a_terminated_run_leaves_at_once,
    a_run_directory_that_cannot_be_made_is_missed_only_where_it_was_asked_for,
    a_kept_run_directory_says_that_the_run_has_finished,
    a_script_that_fails_at_once_leaves_nothing,
    nothing_stays_in_scratch_whatever_ends_a_run,
]


def main():
    swath, pattern = cases.parse(__doc__)
    cases.run(CASES, pattern, {"": lambda directory: Place(swath, directory)})


if __name__ == "__main__":
    main()
