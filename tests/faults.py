"""What goes wrong with files during a run, and what the run does then: one case a claim, in one process and on three ranks.

    python tests/faults.py [--swath PATH] [--only PATTERN]

`faults/shim.c`, preloaded into every rank, has operations on files that match a pattern fail or take long. What fails for
a while is tried again; what doesn't pass ends the run with an error that names the file, nothing half-written takes its
final name, and `--resume` goes on when the trouble is over.
"""

import errno
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import cases
import ranks
from cases import expect

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_S = 60
ALWAYS = -1
GEOMETRIES = {"one process": None, "3 ranks": 3}

MAKE = """
import dask.array as da, xarray as xr
x = xr.DataArray(da.random.random((24, 60, 80), chunks=(1, 60, 80)), dims=("t", "y", "x"), name="x")
x.to_dataset().to_zarr("in.zarr", mode="w")
"""

COPY = """
import xarray as xr
x = xr.open_zarr("in.zarr")["x"]
(x * 2 + 1).to_dataset(name="y").to_zarr("out.zarr", mode="w")
print(float(x.mean()))
"""

CHUNK = "*/in.zarr/x/c/7/0/0"
ANY_CHUNK = "*/in.zarr/x/c/*"
OUTPUT = "*/.out.zarr.*/y/c/*"


def fault(operation, pattern, error, skip=0, count=ALWAYS, delay_ms=0):
    """What the shim does to files of a pattern."""
    return f"{operation} {pattern} {error} {skip} {count} {delay_ms * 1000}"


class Place:
    """A directory with an input and a script that copies it, to run in on some ranks."""

    def __init__(self, swath, shim, directory, ranks_count):
        self.swath, self.shim, self.directory, self.ranks_count = swath, shim, directory, ranks_count
        self.write("make.py", MAKE)
        self.write("copy.py", COPY)

    def write(self, name, text):
        (self.directory / name).write_text(text)

    def line(self, *words):
        return [*ranks.launcher(self.ranks_count, self.swath), str(self.swath), "run", "--threads", "2", *words]

    def variables(self, faults):
        return {"LD_PRELOAD": str(self.shim), "SWATH_FAULTS": ";".join(faults)} if faults else {}

    def run(self, *words, faults=()):
        return ranks.finish(self.line(*words), self.directory, LIMIT_S, self.variables(faults))

    def start(self, *words, faults=()):
        with open(self.directory / "stderr", "w") as log:
            variables = self.variables(faults)
            return ranks.start(self.line(*words), self.directory, variables, stdout=log, stderr=log)

    def said(self):
        return (self.directory / "stderr").read_text()

    def files(self, store):
        return {path.name: path.read_bytes() for path in self.directory.glob(f"{store}/**/*") if path.is_file()}

    def hidden(self):
        return sorted(path.name for path in self.directory.glob(".*"))

    def succeeds(self, *words, faults=()):
        code, printed, stderr = self.run(*words, faults=faults)
        expect(code == 0, f"ended with {code}: {stderr}")
        return printed, stderr

    def fails(self, *words, faults, saying):
        """A run that fails, says so once, and leaves nothing under the final name."""
        code, _, stderr = self.run(*words, faults=faults)
        expect(code == 1, f"ended with {code}: {stderr}")
        for word in saying:
            expect(stderr.count(word) == 1, f"doesn't say {word!r} once: {stderr}")
        expect(not (self.directory / "out.zarr").exists(), "out.zarr is there although it isn't complete")
        return stderr

    def resumes_to(self, expected):
        """The next attempt goes on from there, to the same result."""
        _, stderr = self.succeeds("--resume", "copy.py")
        expect("resumed: " in stderr, stderr)
        expect(self.files("out.zarr") == expected, "the result differs")
        expect(not self.hidden(), f"left behind {self.hidden()}")

    def reference(self):
        """The input, and what an undisturbed run makes of it."""
        self.succeeds("make.py")
        self.succeeds("copy.py")
        expected = self.files("out.zarr")
        shutil.rmtree(self.directory / "out.zarr")
        return expected


def what_passes_is_tried_again(place):
    expected = place.reference()
    passing = [
        fault("open", ANY_CHUNK, errno.ESTALE, skip=3, count=2),
        fault("read", ANY_CHUNK, errno.EIO, skip=2, count=2),
        fault("write", OUTPUT, errno.ETIMEDOUT, skip=1, count=1),
        fault("sync", OUTPUT, errno.EIO, skip=2, count=1),
        fault("rename", OUTPUT, errno.EBUSY, skip=3, count=1),
        fault("open", "*/in.zarr/zarr.json", errno.EAGAIN, count=1),
        fault("rename", "*/out.zarr", errno.EIO, count=1),
    ]
    printed, stderr = place.succeeds("copy.py", faults=passing)
    expect("retries of reads and writes" in stderr, stderr)
    expect(place.files("out.zarr") == expected, "the result differs")
    expect(not place.hidden(), f"left behind {place.hidden()}")
    expect(printed == place.succeeds("copy.py")[0], "the mean differs")


def a_read_that_never_succeeds_names_chunk_file_rank_and_node(place):
    expected = place.reference()
    started = time.monotonic()
    stderr = place.fails(
        "copy.py",
        faults=[fault("read", CHUNK, errno.EIO)],
        saying=["chunk [7, 0, 0]", "/in.zarr/x/c/7/0/0", "Input/output error", "after 6 tries", "(rank "],
    )
    took = time.monotonic() - started
    expect(3 < took < 15, f"took {took:.1f} s")
    expect(f" on {socket.gethostname()})" in stderr, stderr)
    expect(("(rank 0" in stderr) == (place.ranks_count is None), stderr)
    place.resumes_to(expected)


def a_run_that_waits_before_it_tries_again_can_be_stopped(place):
    place.succeeds("make.py")
    for sent, words, expected in [
        (signal.SIGUSR1, ["--grace", "800ms"], 75),
        (signal.SIGTERM, [], 143),
        (signal.SIGINT, [], 130),
    ]:
        process = place.start(*words, "--fresh", "copy.py", faults=[fault("read", ANY_CHUNK, errno.EIO)])
        time.sleep(2)
        expect(process.poll() is None, f"ended before: {place.said()}")
        before = time.monotonic()
        process.send_signal(sent)
        code = process.wait(LIMIT_S)
        took = time.monotonic() - before
        # mpirun has a code of its own for a signal that it was sent itself.
        is_right = code == expected or (place.ranks_count and sent != signal.SIGUSR1 and code != 0)
        expect(is_right and took < 3, f"{sent.name}: {code} after {took:.2f} s: {place.said()}")


def a_full_disk_is_not_tried_again(place):
    expected = place.reference()
    for error, words in [(errno.ENOSPC, "No space left"), (errno.EDQUOT, "quota exceeded"), (errno.EROFS, "Read-only")]:
        operation = "open" if error == errno.EROFS else "write"
        stderr = place.fails(
            "--fresh", "copy.py", faults=[fault(operation, OUTPUT, error, skip=4)], saying=[words, "(rank "]
        )
        expect("/y/c/" in stderr and "tries" not in stderr, stderr)
        torn = [path for path in place.directory.glob(".out.zarr.*/**/.*swath-*")]
        expect(not torn, f"left behind {torn}")
    place.resumes_to(expected)


def a_full_disk_leaves_the_old_store(place):
    place.succeeds("make.py")
    place.succeeds("copy.py")
    before = place.files("out.zarr")
    place.write("copy.py", COPY.replace("* 2", "* 3"))
    code, _, stderr = place.run("copy.py", faults=[fault("write", OUTPUT, errno.ENOSPC, skip=3)])
    expect(code == 1 and "No space left" in stderr, stderr)
    expect(place.files("out.zarr") == before, "the old store has changed")


def a_disk_that_is_really_full_says_so(place):
    disk = place.directory / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        return f"SKIPPED: can't mount a small disk: {mounted.stderr.strip()}"
    try:
        place.succeeds("make.py")
        place.write("copy.py", COPY.replace("out.zarr", "disk/out.zarr"))
        code, _, stderr = place.run("copy.py")
        expect(code == 1 and "No space left" in stderr and "/disk/" in stderr, f"{code}: {stderr}")
        expect(not (disk / "out.zarr").exists(), "out.zarr is there although it isn't complete")
        subprocess.run(["mount", "-o", "remount,size=20m", disk], check=True)
        _, stderr = place.succeeds("--resume", "copy.py")
        expect("resumed: " in stderr, stderr)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        code, _, stderr = place.run("--fresh", "copy.py")
        expect(code == 1 and "Read-only" in stderr and "/disk/" in stderr, f"{code}: {stderr}")
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
    return None


def a_limit_of_file_sizes_is_an_error_and_no_kill(place):
    if place.ranks_count is not None:
        return "SKIPPED: files of the MPI library itself are larger"
    expected = place.reference()
    limited = ["bash", "-c", 'ulimit -f 20 && exec "$@"', "bash", *place.line("copy.py")]
    code, _, stderr = ranks.finish(limited, place.directory, LIMIT_S)
    expect(code == 1 and "File too large" in stderr and "/y/c/" in stderr, f"{code}: {stderr}")
    expect(not (place.directory / "out.zarr").exists(), "out.zarr is there although it isn't complete")
    place.succeeds("copy.py")
    expect(place.files("out.zarr") == expected, "the result differs")
    return None


def an_input_that_vanishes_is_not_taken_for_empty(place):
    place.succeeds("make.py")
    process = place.start("copy.py", faults=[fault("read", ANY_CHUNK, 0, delay_ms=150)])
    deadline = time.monotonic() + LIMIT_S
    while len(list(place.directory.glob(".out.zarr.*/y/c/*/0/0"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    (place.directory / "in.zarr").rename(place.directory / "gone")
    code = process.wait(LIMIT_S)
    said = place.said()
    expect(code == 1 and "/in.zarr" in said and ("removed" in said or "no store" in said), f"{code}: {said}")
    expect(not (place.directory / "out.zarr").exists(), "out.zarr is there although it isn't complete")


def a_journal_that_cannot_be_written_ends_the_run(place):
    expected = place.reference()
    # What was journalled before counts.
    stderr = place.fails("copy.py", faults=[fault("write", "*/journal", errno.ENOSPC, skip=9)], saying=["No space left"])
    expect("/journal" in stderr or ".swath/runs" in stderr, stderr)
    place.resumes_to(expected)


def a_run_directory_that_cannot_be_made_is_only_a_warning(place):
    place.succeeds("make.py")
    _, stderr = place.succeeds("copy.py", faults=[fault("mkdir", ".swath*", errno.EROFS)])
    expect(stderr.count("can't be resumed") == 1, stderr)


def a_rank_that_stands_still_ends_the_run_with_a_description(place):
    if place.ranks_count is None:
        return "SKIPPED: there is no other rank to stop"
    place.succeeds("make.py")
    process = place.start("--stall-limit", "2s", "copy.py", faults=[fault("read", ANY_CHUNK, 0, delay_ms=100)])
    deadline = time.monotonic() + LIMIT_S
    while len(list(place.directory.glob(".out.zarr.*/y/c/*/0/0"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    [stopped] = [rank for rank in ranks.processes(process, "swath") if ranks.number(rank) == 1]
    os.kill(stopped, signal.SIGSTOP)
    before = time.monotonic()
    code = process.wait(LIMIT_S)
    took = time.monotonic() - before
    said = place.said()
    expect(code != 0 and 1.5 < took < 8, f"{code} after {took:.1f} s: {said}")
    for word in ["nothing has happened", "stage 0 (write y)", "worker 1 (process", "worker 2 (process", "doesn't answer"]:
        expect(word in said, f"doesn't say {word!r}: {said}")
    expect(not (place.directory / "out.zarr").exists(), "out.zarr is there although it isn't complete")
    _, stderr = place.succeeds("--resume", "copy.py")
    expect("resumed: " in stderr, stderr)
    return None


def a_rank_that_stands_still_at_the_end_is_not_waited_for(place):
    if place.ranks_count is None:
        return "SKIPPED: there is no other rank to stop"
    place.succeeds("make.py")
    place.write("copy.py", COPY + "print('computed', flush=True)\nfor i in range(10_000_000): pass\n")
    process = place.start("--stall-limit", "2s", "copy.py")
    deadline = time.monotonic() + LIMIT_S
    while "computed" not in place.said() and time.monotonic() < deadline:
        time.sleep(0.01)
    [stopped] = [rank for rank in ranks.processes(process, "swath") if ranks.number(rank) == 1]
    os.kill(stopped, signal.SIGSTOP)
    code = process.wait(LIMIT_S)
    expect(code != 0 and "some ranks haven't left" in place.said(), f"{code}: {place.said()}")
    return None


def a_slow_file_system_is_no_stall(place):
    place.succeeds("make.py")
    place.succeeds("--stall-limit", "300ms", "copy.py", faults=[fault("read", CHUNK, 0, delay_ms=1500)])


def a_slow_disk_idles_no_core(place):
    place.succeeds("make.py")
    slow = [fault("read", ANY_CHUNK, 0, delay_ms=100)]
    seconds, results = [], []
    for io_threads in ("0", "8"):
        printed, stderr = place.succeeds("--fresh", "--io-threads", io_threads, "copy.py", faults=slow)
        seconds.append(float(re.search(r"computations in ([\d.]+) s", stderr)[1]))
        results.append((printed, place.files("out.zarr")))
    expect(results[0] == results[1], "the result differs")
    least = 2 if place.ranks_count is None else 1.5
    expect(seconds[1] * least < seconds[0], f"takes {seconds[1]} s instead of {seconds[0]} s")


CASES = [
    what_passes_is_tried_again,
    a_read_that_never_succeeds_names_chunk_file_rank_and_node,
    a_run_that_waits_before_it_tries_again_can_be_stopped,
    a_full_disk_is_not_tried_again,
    a_full_disk_leaves_the_old_store,
    a_disk_that_is_really_full_says_so,
    a_limit_of_file_sizes_is_an_error_and_no_kill,
    an_input_that_vanishes_is_not_taken_for_empty,
    a_journal_that_cannot_be_written_ends_the_run,
    a_run_directory_that_cannot_be_made_is_only_a_warning,
    a_rank_that_stands_still_ends_the_run_with_a_description,
    a_rank_that_stands_still_at_the_end_is_not_waited_for,
    a_slow_file_system_is_no_stall,
    a_slow_disk_idles_no_core,
]


def build_shim(directory):
    """The library that has operations on files fail or take long."""
    shim = pathlib.Path(directory) / "shim.so"
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", shim, HERE / "faults/shim.c", "-ldl"], check=True)
    return shim


def main():
    swath, pattern = cases.parse(__doc__)
    with tempfile.TemporaryDirectory(prefix="swath-faults-") as work:
        shim = build_shim(work)
        place = lambda count: lambda directory: Place(swath, shim, directory, count)  # noqa: E731
        cases.run(CASES, pattern, {geometry: place(count) for geometry, count in GEOMETRIES.items()})


if __name__ == "__main__":
    main()
