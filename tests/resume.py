"""Kills runs at random instants and resumes them: nothing finished is lost, and the result has the same bits.

    python tests/resume.py [--swath PATH] [--kills N] [--seed N] [--only WORKLOAD] [--keep]

Each of N rounds starts a workload in one process or on some MPI ranks, waits for a random while, and sends `kill -9` to a
random rank, or SIGTERM or SIGUSR1 to the job; where that comes too late, it starts afresh and waits less. Then no chunk
under its final name may be unreadable; the run is resumed on another number of ranks with other memory (sometimes
disturbed once more) until it ends; and its stores and what it prints must be those of an undisturbed run, byte for byte.
No chunk that lay on the disk is computed again. A round is a pure function of the seed but for the time that things take.
"""

import argparse
import hashlib
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import psutil
import ranks
import zarr

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_S = 120
THREADS = 2

ELEMENTWISE = """
import dask.array as da, numpy as np, xarray as xr
x = xr.DataArray(da.random.random((160, 300, 500), chunks=(1, 300, 500)), dims=("t", "y", "x"))
a = np.sqrt(x) + 2 * x
xr.Dataset({"a": a, "b": (x.isel(t=slice(0, 40)) ** 2).rename({"t": "s"})}).to_zarr("out.zarr", mode="w")
print("done")
"""

REDUCTION = """
import dask.array as da, numpy as np, xarray as xr
x = xr.DataArray(da.random.normal(size=(400, 200, 300), chunks=(4, 200, 300)), dims=("t", "y", "x"))
y = x
for _ in range(4):
    y = np.sin(y) + x
ds = xr.Dataset({"mean": y.mean("t"), "largest": y.max(("y", "x"))})
ds.to_zarr("out.zarr", mode="w")
print(float(y.std()))
"""

SHARDED = """
import dask.array as da, numpy as np, xarray as xr
x = xr.DataArray(da.random.random((240, 256, 256), chunks=(4, 256, 256)), dims=("t", "y", "x"))
z = (np.exp(x) * 3).to_dataset(name="z")
z.to_zarr("out.zarr", mode="w", encoding={"z": {"chunks": (1, 64, 256), "shards": (4, 256, 256)}})
print("done")
"""

VALUES = """
import dask.array as da, numpy as np, xarray as xr
total = 0.0
for i in range(6):
    x = xr.DataArray(da.random.random((60, 300, 500), chunks=(3, 300, 500)), dims=("t", "y", "x"))
    y = np.sin(np.sqrt(x) + i) + x
    total += float(y.mean())
    (y + total).astype("float32").to_dataset(name="v").to_zarr(f"out{i}.zarr", mode="w")
print(total)
"""

RECHUNK = """
import dask.array as da, numpy as np, xarray as xr
x = xr.DataArray(da.random.random((200, 200, 300), chunks=(2, 200, 300)), dims=("t", "y", "x"))
x.to_dataset(name="x").to_zarr("out_in.zarr", mode="w")
y = np.sqrt(xr.open_zarr("out_in.zarr")).chunk({"t": 200, "y": 20, "x": 30})
y.to_zarr("out.zarr", mode="w", encoding={"x": {"chunks": (200, 20, 30)}})
print("done")
"""

QUANTILES = """
import dask.array as da, numpy as np, xarray as xr
x = xr.DataArray(da.random.normal(size=(100, 200, 300), chunks=(1, 200, 300)), dims=("t", "y", "x"))
y = x
for _ in range(4):
    y = np.sin(y) + x
xr.Dataset({"q": y.quantile([0.01, 0.5, 0.9])}).to_zarr("out.zarr", mode="w")
print(float(y.astype("float32").median()), float(y.mean()))
"""

APPEND = """
import dask.array as da, numpy as np, xarray as xr
x = xr.DataArray(da.random.random((150, 300, 500), chunks=(2, 300, 500)), dims=("t", "y", "x")).to_dataset(name="x")
x.isel(t=slice(0, 50)).to_zarr("out.zarr", mode="w")
np.sqrt(x.isel(t=slice(50, 101))).to_zarr("out.zarr", append_dim="t")
np.exp(x.isel(t=slice(101, 150))).to_zarr("out.zarr", append_dim="t")
print(xr.open_zarr("out.zarr").sizes["t"])
"""

WORKLOADS = {
    "append": APPEND,
    "elementwise": ELEMENTWISE,
    "reduction": REDUCTION,
    "quantiles": QUANTILES,
    "rechunk": RECHUNK,
    "sharded": SHARDED,
    "values": VALUES,
}
GEOMETRIES = [None, 2, 3, 4]
MEMORIES = [["--memory", "400MB"], ["--memory", "2GB"]]
# Runs that a round starts until it catches one before it has finished.
TRIES = 6


def main():
    arguments = parse()
    swath = pathlib.Path(arguments.swath).resolve()
    if not swath.is_file():
        sys.exit(f"no such file: {swath} (cargo build --release makes it)")
    chosen = [name for name in WORKLOADS if arguments.only in (None, name)]
    print(f"seed {arguments.seed}", flush=True)
    work = pathlib.Path(tempfile.mkdtemp(prefix="swath-resume-"))
    passed = failed = caught = 0
    try:
        references = {name: reference(swath, work / f"reference-{name}", name) for name in chosen}
        for number in range(arguments.kills):
            draw = random.Random(f"{arguments.seed} {number}")
            workload = chosen[number % len(chosen)]
            directory = work / f"round-{number}"
            log = []
            try:
                caught += run_round(swath, directory, workload, references[workload], draw, log)
                passed += 1
                verdict = "ok"
                shutil.rmtree(directory, ignore_errors=True)
            except Failed as failure:
                failed += 1
                verdict = f"FAILED: {failure}"
            print(f"{number}: {workload}: {'; '.join(log)}: {verdict}", flush=True)
    finally:
        if arguments.keep:
            print(f"kept {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    if caught < arguments.kills // 2:
        failed += 1
        print("FAILED: most runs had finished before they were disturbed")
    print(f"{caught} of {arguments.kills} runs were disturbed before they had finished")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


class Failed(Exception):
    """A round in which something doesn't hold."""


class Reference:
    """What an undisturbed run leaves, and how long it takes."""

    def __init__(self, files, printed, seconds):
        self.files, self.printed, self.seconds = files, printed, seconds


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--swath", default=str(HERE.parent / "target/release/swath"), help="the binary")
    parser.add_argument("--kills", type=int, default=12, metavar="N", help="rounds [12]")
    parser.add_argument(
        "--seed", type=int, default=random.randrange(1 << 32), help="repeats the rounds of a former call"
    )
    parser.add_argument("--only", choices=list(WORKLOADS), help="one workload")
    parser.add_argument("--keep", action="store_true", help="keep what failed rounds leave, and say where")
    return parser.parse_args()


def prepare(directory, workload):
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    (directory / f"{workload}.py").write_text(WORKLOADS[workload])


def reference(swath, directory, workload):
    prepare(directory, workload)
    started = time.monotonic()
    code, stdout, stderr = ranks.finish(command(swath, workload, None), directory, LIMIT_S)
    if code != 0:
        sys.exit(f"{workload} doesn't run: {stderr}")
    litter = hidden(directory)
    if litter:
        sys.exit(f"{workload} leaves {litter}")
    return Reference(files(directory), stdout, time.monotonic() - started)


def command(swath, workload, count, *options, draw=None):
    if count is not None and draw is not None:
        options = ["--rank-zero", draw.choice(["schedules", "computes"]), *options]
    run = [str(swath), "run", "--threads", str(THREADS), "--checkpoint", "200ms", *options, f"{workload}.py"]
    return [*ranks.launcher(count, swath), *run]


def run_round(swath, directory, workload, expected, draw, log):
    """Disturbs a run and resumes it; returns whether it was disturbed before it had finished."""
    longest_s, resume = 0.6 * expected.seconds, []
    for _ in range(TRIES):
        prepare(directory, workload)
        if is_disturbed(swath, directory, workload, longest_s, resume, draw, log):
            resume = ["--resume"]
            break
        longest_s /= 2
    if resume and draw.random() < 0.3:
        is_disturbed(swath, directory, workload, longest_s, resume, draw, log)
    # A run that had finished by then is a new one.
    lying = chunk_files(directory) if journals(directory) else 0
    count = draw.choice(GEOMETRIES)
    line = command(swath, workload, count, *draw.choice(MEMORIES), "--resume", draw=draw)
    code, stdout, stderr = ranks.finish(line, directory, LIMIT_S)
    if code != 0:
        raise Failed(f"the resumed run ends with {code}: {stderr.strip()[-400:]}")
    log.append(f"resumed on {count or 'no'} ranks")
    check_share(stderr, lying, log)
    if not expected.printed.endswith(stdout) or not stdout:
        raise Failed(f"printed {stdout!r} instead of {expected.printed!r}")
    found = files(directory)
    if found != expected.files:
        differing = sorted(set(found.items()) ^ set(expected.files.items()))
        raise Failed(f"{len(differing)} files differ, {differing[0][0]} is one")
    if hidden(directory):
        raise Failed(f"left behind {hidden(directory)}")
    return bool(resume)


def is_disturbed(swath, directory, workload, longest_s, resume, draw, log):
    """Starts a run and disturbs it within some time; says whether it had more to do."""
    count, kind = draw.choice(GEOMETRIES), draw.choice(["KILL", "KILL", "TERM", "USR1"])
    line = command(swath, workload, count, *draw.choice(MEMORIES), *resume, draw=draw)
    disturb(line, directory, kind, draw.random() * longest_s, draw, log, count)
    check_readable(directory)
    if not journals(directory):
        log.append("it had finished")
    return bool(journals(directory))


def journals(directory):
    """What is there of a run that hasn't finished."""
    return list(directory.glob(".swath/runs/*/journal"))


def disturb(line, directory, kind, pause_s, draw, log, count):
    """Starts a run, and ends it by a signal once it has begun to keep a journal and a while has passed."""
    process = ranks.start(
        line, directory, stdout=open(directory / "stdout", "w"), stderr=open(directory / "stderr", "w")
    )
    deadline = time.monotonic() + 30
    while not journals(directory) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(pause_s)
    log.append(f"{kind} on {count or 'no'} ranks after {pause_s:.2f} s")
    if kind == "KILL":
        victims = swaths(process)
        if victims:
            kill(draw.choice(victims))
    else:
        # A process that hasn't come to its first line can't take it as anything but an order to end.
        while kind == "USR1" and process.poll() is None and not all_heed(signal.SIGUSR1, process, count or 1):
            time.sleep(0.01)
        if process.poll() is None:
            process.send_signal(getattr(signal, f"SIG{kind}"))
    sent = time.monotonic()
    try:
        code = process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        alone = not swaths(process)
        ranks.end(process)
        if not alone:
            raise Failed(f"still there 60 s after {kind}") from None
        # Open MPI's mpirun may hang by itself where a rank dies while it starts up.
        code = None
        log.append("mpirun hung")
    took_s = time.monotonic() - sent
    while swaths(process):
        time.sleep(0.05)
    if kind == "USR1" and code not in (0, 75, None):
        raise Failed(f"exit code {code} after SIGUSR1: {(directory / 'stderr').read_text()[-400:]}")
    if kind == "TERM" and count is None and took_s > 1.0:
        raise Failed(f"took {took_s:.2f} s to leave after SIGTERM")


def all_heed(wanted, process, count):
    """Whether all processes of a job have said what they do on a signal."""
    found = swaths(process)
    return len(found) == count and all(heeds(wanted, one.pid) for one in found)


def heeds(wanted, process):
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return int(re.search(r"^SigCgt:\s*(\w+)", status, re.MULTILINE)[1], 16) >> (wanted - 1) & 1 == 1


def swaths(process):
    """The processes of a job that run swath."""
    try:
        parent = psutil.Process(process.pid)
        return [child for child in [parent, *parent.children(recursive=True)] if is_swath(child)]
    except psutil.NoSuchProcess:
        return []


def is_swath(process):
    try:
        return process.name().startswith("swath") and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(process):
    try:
        process.kill()
    except psutil.NoSuchProcess:
        pass


def stores(directory):
    """Stores at their place and those that are being filled."""
    return sorted({*directory.glob("out*.zarr"), *directory.glob(".out*.zarr.swath-*")})


def check_readable(directory):
    for store in stores(directory):
        for metadata in store.glob("*/zarr.json"):
            try:
                array = zarr.open_array(metadata.parent, mode="r")
                array[...]
            except Exception as error:
                raise Failed(f"unreadable: {metadata.parent.relative_to(directory)}: {error}") from error


def chunk_files(directory):
    """Number of chunk files under their final names."""
    every = [path for store in stores(directory) for path in store.glob("*/c/**/*") if path.is_file()]
    return sum(not path.name.startswith(".") for path in every)


def check_share(stderr, lying, log):
    """Every chunk that lay there is gone on with, whether or not anybody was left to record it."""
    found = re.search(r"resumed: (\d+) of (\d+) chunks, (\d+) values, (\d+) partial", stderr)
    if not found and lying == 0:
        return
    if not found:
        raise Failed(f"it doesn't say what was there: {stderr.strip()[-400:]}")
    there = int(found[1])
    log.append(found[0].replace("resumed: ", "").replace(" partial", " partials"))
    if there < lying:
        raise Failed(f"{lying} chunks lay on the disk, {there} were gone on with")


def files(directory):
    """Digests of the files of all stores."""
    digests = {}
    for store in directory.glob("out*.zarr"):
        for path in store.rglob("*"):
            if path.is_file():
                digests[str(path.relative_to(directory))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return digests


def hidden(directory):
    return sorted(str(path.relative_to(directory)) for path in directory.rglob(".*"))


if __name__ == "__main__":
    main()
