"""Measures Swath beside its floor and beside xarray with Dask, on the same machine, in turn.

    python tests/bench/bench.py [--rounds 5] [--data DIRECTORY] [--threads N] [--only PATTERN] [--smoke]

Workloads: (i) the mean NDVI over time of a cube of uint16 red and near infrared; (ii) random numbers plus their
transpose, every other row of a part of it, its mean; (iii) `mpirun -n 3` beside a single process on longer work; (iv)
what an idle rank uses of a CPU; (v) maps of float32 rechunked to time series; (vi) the standard deviation over time,
(vii) the mean of anomalies from monthly means and (viii) the median over time of such a cube; (ix) the mean of many
small chunks in few shards; (x) the mean of anomalies from the means of ten groups, of random numbers; (xi) the largest
NDVI of each day of the cube of workload i; (xii) the running mean of the mean over cells' areas of such a cube as in (v);
(xiii) means over cells of a hundred by a hundred of a cube that is turned. Each round runs
all contestants one after the other, so that a machine whose speed drifts is fair to all. A time is that of the whole
process, start-up included, save for the floor's, which counts from its first byte to its last. The data is made once
and kept where --data says.
"""

import argparse
import dataclasses
import fnmatch
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import psutil

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

import ranks  # noqa: E402 (found in the directory above)

LIMIT_S = 1800
SAMPLE_S = 0.05
# Work of (iii) is repeated until a single process needs as long.
LONG_S = 10


@dataclasses.dataclass
class Size:
    """How large the workloads are."""

    times: int = 40
    size: int = 2048
    chunk_times: int = 10
    chunk_size: int = 512
    random: int = 20_000
    random_chunk: int = 1_000
    series: tuple = (5760, 192, 288)
    series_chunk_times: int = 4
    series_written: tuple = (24, 36)
    series_long_times: int = 240
    shards: tuple = (100, 200, 256)
    groups: tuple = (400, 1_310_720)
    turned: tuple = (2000, 2000, 60, 50)
    cell: int = 100

    @property
    def drawn(self):
        """Elements of x that the part of x + x.T of workload ii needs, each counted once."""
        n, quarter = self.random, self.random // 4
        one = (n // 2) * (n - quarter)
        both = ((n - quarter) // 2) ** 2
        return 2 * one - both


SMOKE = Size(times=6, size=256, chunk_times=3, chunk_size=128, random=1_000, random_chunk=250, series=(48, 24, 36), series_written=(6, 9),
    series_long_times=12, shards=(4, 20, 256), groups=(40, 4096),
    turned=(40, 40, 6, 10), cell=10)


@dataclasses.dataclass
class Measured:
    seconds: float
    peak_bytes: int


def main():
    arguments = parse()
    size = SMOKE if arguments.smoke else Size()
    rounds = 1 if arguments.smoke else arguments.rounds
    data = pathlib.Path(arguments.data or pathlib.Path(tempfile.gettempdir()) / "swath-bench")
    cube = data / f"cube-{size.times}x{size.size}.zarr"
    print(machine(arguments), flush=True)
    data.mkdir(parents=True, exist_ok=True)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="swath-bench-", dir=data))
    bench = Bench(arguments, size, cube, scratch, rounds)
    workloads = {"i": bench.ndvi_mean, "ii": bench.random_transpose, "iii": bench.ranks, "iv": bench.idle_rank, "v": bench.rechunk}
    workloads |= {"vi": bench.deviation, "vii": bench.anomaly, "viii": bench.median, "ix": bench.shards, "x": bench.climatology}
    workloads |= {"xi": bench.ndvi_days, "xii": bench.weighted_rolling, "xiii": bench.coarsened}
    try:
        for name, workload in workloads.items():
            if fnmatch.fnmatch(name, arguments.only):
                workload()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", metavar="DIRECTORY", help="where the data is kept (default: the system's temporary one)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of the floor and of Swath")
    parser.add_argument("--release", default=str(ROOT / "target/release"), help="directory of the binaries")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="workloads to run, as in 'i' or 'ii*'")
    parser.add_argument("--smoke", action="store_true", help="small data and one round: checks the harness only")
    return parser.parse_args()


def machine(arguments):
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory_gib = psutil.virtual_memory().total / 2**30
    return (
        f"{cpu[1] if cpu else platform.machine()}, {len(os.sched_getaffinity(0))} cores, {memory_gib:.0f} GiB, "
        f"load {os.getloadavg()[0]:.1f}; {arguments.threads} threads; xarray {version('xarray')}, "
        f"dask {version('dask')}, zarr {version('zarr')}"
    )


def version(package):
    from importlib import metadata

    return metadata.version(package)


def make(cube, script, shape):
    """Makes a cube that isn't there, under another name first, so that one of that name is always complete."""
    if cube.exists():
        return
    print(f"making {cube}", flush=True)
    partial = cube.with_suffix(".partial")
    subprocess.run([sys.executable, HERE / script, partial, *map(str, shape)], check=True)
    partial.rename(cube)


class Bench:
    """The workloads, each a method that prints a table."""

    def __init__(self, arguments, size, cube, scratch, rounds):
        self.size, self.cube, self.scratch, self.rounds = size, cube, scratch, rounds
        self.data = cube.parent
        self.threads = str(arguments.threads)
        self.swath = str(pathlib.Path(arguments.release).resolve() / "swath")
        self.floor = str(pathlib.Path(arguments.release).resolve() / "examples/floor")

    def ndvi_mean(self):
        self.make_cube()
        script = str(HERE / "ndvi_mean.py")
        expected = self.scratch / "expected.zarr"
        self.finish(self.dask("threads", script, self.cube, expected))
        decode = [self.floor, "decode", self.threads, expected / "ndvi", self.scratch / "floor"]
        contestants = {
            "floor": [*decode, self.cube / "red", self.cube / "near_infrared"],
            "by hand": [self.floor, "ndvi", *decode[2:], self.cube / "red", self.cube / "near_infrared"],
            "dask, threads": self.dask("threads", script, self.cube, self.scratch / "threads.zarr"),
            "dask, 2 workers": self.dask("cluster", script, self.cube, self.scratch / "cluster.zarr"),
            "swath": self.run(script, self.cube, self.scratch / "swath.zarr"),
        }
        size = self.size
        cube = f"{size.times} x {size.size} x {size.size} in {size.chunk_times} x {size.chunk_size} x {size.chunk_size}"
        self.compare(f"(i) NDVI mean over time, 2 x uint16 {cube} zstd chunks", contestants)

    def random_transpose(self):
        script, of = str(HERE / "random_transpose.py"), (self.size.random, self.size.random_chunk)
        contestants = {
            "floor": [self.floor, "random", self.threads, self.size.drawn],
            "dask, threads": self.dask("threads", script, *of),
            "dask, 2 workers": self.dask("cluster", script, *of),
            "swath": self.run(script, *of),
        }
        chunks = f"{of[0]} x {of[0]} in chunks of {of[1]} x {of[1]}"
        self.compare(f"(ii) part of x + x.T and its mean, x random float64 {chunks}", contestants)

    def make_series(self, chunk_times, shape=None):
        shape = shape or self.size.series
        series = self.data / f"series-{'x'.join(map(str, (*shape, chunk_times)))}-days.zarr"
        make(series, "make_series.py", (*shape, chunk_times))
        return series

    def rechunk(self):
        shape, chunk_times, written = self.size.series, self.size.series_chunk_times, self.size.series_written
        series = self.make_series(chunk_times)
        script, expected = str(HERE / "rechunk.py"), self.scratch / "series.zarr"
        self.finish(self.dask("threads", script, series, expected, *written))
        contestants = {
            "floor": [self.floor, "decode", self.threads, expected / "t", self.scratch / "floor-2", series / "t"],
            "dask, threads": self.dask("threads", script, series, self.scratch / "threads.zarr", *written),
            "dask, 2 workers": self.dask("cluster", script, series, self.scratch / "cluster.zarr", *written),
            "swath": self.run(script, series, self.scratch / "swath.zarr", *written),
        }
        chunks = f"from {(chunk_times, *shape[1:])} to {(shape[0], *written)}"
        self.compare(f"(v) rechunk of float32 {shape}, {chunks}", contestants)

    def deviation(self):
        self.over_time("(vi) standard deviation over time", "std", self.size.series_long_times)

    def anomaly(self):
        self.over_time("(vii) mean over time of anomalies from monthly means", "anomaly", self.size.series_long_times)

    def median(self):
        self.over_time("(viii) median over time", "median", self.size.series_chunk_times)

    def over_time(self, title, what, chunk_times):
        series, script, expected = self.make_series(chunk_times), str(HERE / "over_time.py"), self.scratch / f"{what}.zarr"
        self.finish(self.run(script, series, expected, what))
        contestants = {
            "floor": [self.floor, "decode", self.threads, expected / "t", self.scratch / "floor-3", series / "t"],
            "dask, threads": self.dask("threads", script, series, self.scratch / "threads.zarr", what),
            "dask, 2 workers": self.dask("cluster", script, series, self.scratch / "cluster.zarr", what),
            "swath": self.run(script, series, self.scratch / "swath.zarr", what),
        }
        shape = self.size.series
        self.compare(f"{title}, float32 {shape} in {(chunk_times, *shape[1:])}", contestants)

    def shards(self):
        shards, chunks, length = self.size.shards
        store = self.data / f"shards-{shards}x{chunks}x{length}.zarr"
        make(store, "make_shards.py", self.size.shards)
        script = str(HERE / "mean.py")
        contestants = {
            "floor": [self.floor, "read", self.threads, store / "v"],
            "dask, threads": self.dask("threads", script, store),
            "swath": self.run(script, store),
        }
        self.compare(f"(ix) mean of {shards * chunks} chunks of {4 * length} bytes in {shards} shards", contestants)

    def climatology(self):
        times, length = self.size.groups
        script = str(HERE / "climatology.py")
        contestants = {
            "floor": [self.floor, "random", self.threads, times * length],
            "dask, threads": self.dask("threads", script, times, length),
            "swath": self.run(script, times, length),
            "swath in 300 MiB": self.run("--memory", "300MiB", script, times, length),
        }
        self.compare(f"(x) climatology, anomaly, mean of {times} x {length} random float64", contestants)

    def ndvi_days(self):
        self.make_cube()
        bands = [self.cube / "red", self.cube / "near_infrared"]
        self.from_store("(xi) largest NDVI of each day, the cube of (i)", "ndvi_days.py", "ndvi", self.cube, bands)

    def weighted_rolling(self):
        series = self.make_series(self.size.series_long_times)
        title = f"(xii) running mean of the weighted mean, float32 {self.size.series}"
        self.from_store(title, "weighted_rolling.py", "t", series, [series / "t"])

    def coarsened(self):
        *shape, chunk_times = self.size.turned
        cube = self.make_series(chunk_times, tuple(shape))
        title = f"(xiii) means of cells of {self.size.cell} x {self.size.cell} of a cube that is turned, float32 {tuple(shape)}"
        self.from_store(title, "coarsened.py", "t", cube, [cube / "t"], self.size.cell)

    def from_store(self, title, script, variable, store, inputs, *further):
        """A script that reads a store and writes another; its floor decodes the one and encodes the other."""
        script, expected = str(HERE / script), self.scratch / "expected.zarr"
        self.finish(self.run(script, store, expected, *further))
        contestants = {
            "floor": [self.floor, "decode", self.threads, expected / variable, self.scratch / f"floor-{pathlib.Path(script).stem}", *inputs],
            "dask, threads": self.dask("threads", script, store, self.scratch / "threads.zarr", *further),
            "dask, 2 workers": self.dask("cluster", script, store, self.scratch / "cluster.zarr", *further),
            "swath": self.run(script, store, self.scratch / "swath.zarr", *further),
        }
        self.compare(title, contestants)

    def make_cube(self):
        size = self.size
        make(self.cube, "make_cube.py", (size.times, size.size, size.chunk_times, size.chunk_size))

    def ranks(self):
        """The single process sets the length of the work, and three ranks follow."""
        self.make_cube()
        smoke = self.size is SMOKE
        ndvi, random = str(HERE / "ndvi_mean.py"), str(HERE / "random_transpose.py")
        once = self.finish(self.run(ndvi, self.cube, self.scratch / "one.zarr")).seconds
        repeats = 1 if smoke else 1 + round(1.3 * LONG_S / once)
        self.beside(f"(iii) NDVI mean, {repeats} times", ndvi, self.cube, self.scratch / "ranks.zarr", repeats)
        once = self.finish(self.run(random, self.size.random)).seconds
        side = self.size.random if smoke else 1000 * round(self.size.random * max(1, 1.3 * LONG_S / once) ** 0.5 / 1000)
        self.beside(f"(iii) x + x.T, {side} x {side}", random, side)

    def beside(self, title, *command):
        results = self.rounds_of({"1 process": self.run(*command), "mpirun -n 3": self.run(*command, count=3)})
        table(title, self.rounds, results)
        single, several = (median(results[name]).seconds for name in results)
        print(f"    mpirun -n 3 / 1 process = {several / single:.2f} (limit 1.15)\n", flush=True)

    def idle_rank(self):
        """Two worker ranks without work, beside a rank 0 that computes in Python."""
        settle_s, watch_s = (1, 2) if self.size is SMOKE else (3, 10)
        process = ranks.start(
            [str(part) for part in self.run(str(HERE / "busy_script.py"), count=3)], self.scratch, stdout=subprocess.DEVNULL
        )
        try:
            time.sleep(settle_s)
            members = [m for m in psutil.Process(process.pid).children(recursive=True) if m.name() == "swath"]
            before = {member: cpu_seconds(member) for member in members}
            time.sleep(watch_s)
            shares = sorted((cpu_seconds(member) - before[member]) / watch_s for member in members)
        finally:
            ranks.end(process)
        if len(shares) != 3:
            sys.exit(f"expected 3 ranks, found {len(shares)}")
        shown = ", ".join(f"{share:.1%}" for share in shares)
        print(f"(iv) CPU of idle ranks beside a busy rank 0: {shown} (limit 5 % for the first two)\n", flush=True)

    def run(self, *command, count=None):
        threads = ["--threads", self.threads] if count is None else []
        return [*ranks.launcher(count, self.swath), self.swath, "run", "--quiet", *threads, *command]

    def dask(self, scheduler, *command):
        return [sys.executable, HERE / "with_dask.py", scheduler, *command]

    def compare(self, title, contestants):
        results = self.rounds_of(contestants)
        table(title, self.rounds, results)
        floor, swath = median(results["floor"]), median(results["swath"])
        dask = min((median(v) for k, v in results.items() if k.startswith("dask")), key=lambda m: m.seconds)
        leanest = min(median(v).peak_bytes for k, v in results.items() if k.startswith("dask"))
        print(
            f"    swath / floor = {swath.seconds / floor.seconds:.2f}, dask / swath = {dask.seconds / swath.seconds:.2f} "
            f"(the better Dask), memory swath / dask = {swath.peak_bytes / leanest:.2f} (the leaner Dask)\n",
            flush=True,
        )

    def rounds_of(self, contestants):
        results = {name: [] for name in contestants}
        for _ in range(self.rounds):
            for name, command in contestants.items():
                results[name].append(self.finish(command, is_floor=name == "floor"))
        return results

    def finish(self, command, is_floor=False):
        """Runs a command to its end; its time and the peak of what it and its descendants hold together."""
        started = time.perf_counter()
        process = ranks.start(
            [str(part) for part in command], self.scratch, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        peak = Peak(process.pid)
        try:
            stdout, stderr = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            ranks.end(process)
            sys.exit(f"longer than {LIMIT_S} s: {' '.join(map(str, command))}")
        seconds = time.perf_counter() - started
        if process.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{stderr[-2000:]}")
        return Measured(float(stdout) if is_floor else seconds, peak.stop())


class Peak(threading.Thread):
    """Samples the resident memory of a process and its descendants, whose shared pages count once for each."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.bytes, self.stopped = pid, 0, threading.Event()
        self.start()

    def run(self):
        while not self.stopped.wait(SAMPLE_S):
            self.bytes = max(self.bytes, resident_bytes(self.pid))

    def stop(self):
        self.stopped.set()
        self.join()
        return self.bytes


def resident_bytes(pid):
    """A single process' own high-water mark, which no sampling misses; the sum of the present sizes for several."""
    try:
        members = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        if len(members) == 1:
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            mark = re.search(r"VmHWM:\s+(\d+) kB", status)
            return int(mark[1]) * 1024 if mark else 0
        return sum(member.memory_info().rss for member in members)
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return 0


def cpu_seconds(process):
    times = process.cpu_times()
    return times.user + times.system


def median(measurements):
    return Measured(
        statistics.median(m.seconds for m in measurements), int(statistics.median(m.peak_bytes for m in measurements))
    )


def table(title, rounds, results):
    print(f"{title}; median of {rounds}")
    for name, measurements in results.items():
        middle = median(measurements)
        fastest, slowest = min(m.seconds for m in measurements), max(m.seconds for m in measurements)
        print(f"    {name:16} {middle.seconds:8.2f} s  ({fastest:.2f} to {slowest:.2f})  {middle.peak_bytes / 2**20:8.0f} MiB")


if __name__ == "__main__":
    main()
