"""Places to submit jobs from on a real Slurm, and what is known there of jobs; for `slurm.py`."""

import functools
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time

import slurm_cluster
from cases import expect

# What takes longer than that on a slow and busy machine has gone wrong.
LIMIT_S = 600
# The same of a change that is waited for.
CHANGE_LIMIT_S = 240

# Some seconds of work for a core; the argument says where the store goes.
WORK = """
import sys
import dask.array as da, numpy as np, xarray as xr
x = xr.DataArray(da.random.random((400, 100, 400), chunks=(1, 100, 400)), dims=("t", "y", "x"))
y = x
for _ in range({rounds}):
    y = np.sin(y) + x
y.to_dataset(name="y").to_zarr(sys.argv[1], mode="w")
print("wrote", sys.argv[1])
"""
SHORT, LONG, LONGEST = 1, 60, 80

ADD = """
import sys
import xarray as xr
total = sum(float(xr.open_zarr(store)["y"].sum()) for store in sys.argv[1:])
print("total", total)
"""

FAILS = """
import xarray as xr
xr.open_zarr("no such store.zarr")
"""

QUICK = """
import dask.array as da
print(float(da.ones((40, 40), chunks=20).sum().compute()))
"""

# One node, one process.
ONE = ["--nodes", "1", "--ranks-per-node", "1", "--threads", "1", "--launcher", "none"]
# A rank on each of two nodes; the host has fewer cores than the nodes claim.
TWO = ["--nodes", "2", "--ranks-per-node", "1", "--threads", "1", "--no-bind"]
SRUN = ["--launcher", "srun"]
MPIRUN = ["--launcher", "mpirun"]


class Place:
    """A directory to submit jobs from."""

    def __init__(self, swath, cluster, directory, mpich=None):
        self.swath, self.cluster, self.directory, self.mpich = swath, cluster, directory, mpich
        self.variables = slurm_cluster.OPEN_MPI
        for name, text in {
            "short.py": WORK.format(rounds=SHORT),
            "long.py": WORK.format(rounds=LONG),
            "longest.py": WORK.format(rounds=LONGEST),
            "add.py": ADD,
            "fails.py": FAILS,
            "quick.py": QUICK,
        }.items():
            (directory / name).write_text(text)

    def of_mpich(self):
        """The same for the program that is built with MPICH."""
        place = Place(self.mpich, self.cluster, self.directory)
        # Its ranks meet on one host whatever that is called.
        place.variables = {}
        return place

    def command(self, *words, variables=None):
        return subprocess.run(
            [str(self.swath), *map(str, words)],
            cwd=self.directory,
            env={**self.cluster.environment(), **(variables or {})},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )

    def succeed(self, *words, variables=None):
        ended = self.command(*words, variables=variables)
        expect(ended.returncode == 0, f"swath {' '.join(map(str, words))} ends with {ended.returncode}: {ended.stderr}")
        return ended.stdout

    def submit(self, *words, on="slurm"):
        """Submits a job; gives its id."""
        variables = [f"--env={name}={value}" for name, value in self.variables.items()]
        for option, value in {"--time": "5min", "--memory": "1GiB"}.items():
            words = words if option in words else (option, value, *words)
        said = self.succeed("submit", "--on", on, *variables, *words)
        found = re.search(r"job (\S+)$", said.strip())
        expect(found, f"no id in {said!r}")
        return found[1]

    def status(self, name):
        views = json.loads(self.succeed("status", "--json", name))
        return views[0] if len(views) == 1 else views

    def until(self, name, holds, limit_s=CHANGE_LIMIT_S):
        """Waits until a job is as it should be; gives all states it was seen in."""
        deadline, seen = time.monotonic() + limit_s, []
        while True:
            view = self.status(name)
            states = view["state"] if isinstance(view, dict) else {one["state"] for one in view}
            if not seen or seen[-1] != states:
                seen.append(states)
            if holds(view):
                return seen
            expect(time.monotonic() < deadline, f"after {limit_s} s {name} is {view}, was {seen}\n{self.log(name)}")
            time.sleep(0.3)

    def running(self, name, chunks=1):
        """Waits until a job has done some of its work."""

        def computes(view):
            return view["state"] == "running" and (view["progress"] or {}).get("chunks_done", 0) >= chunks

        return self.until(name, computes)

    def finish(self, name):
        ended = self.command("wait", name)
        expect(ended.returncode == 0, f"{name} ends with {ended.returncode}: {ended.stderr}\n{self.log(name)}")

    def log(self, name):
        logs = sorted((self.directory / f".swath/jobs/{name}/logs").glob("*"))
        return "\n".join(f"--- {log.name}\n{log.read_text()}" for log in logs)

    def record(self, name):
        lines = (self.directory / f".swath/jobs/{name}/attempts.jsonl").read_text().splitlines()
        kinds = [json.loads(line)["kind"] for line in lines]
        return [kind for kind in kinds if kind != "submitting"]

    def files(self, store):
        root = self.directory / store
        return {str(path.relative_to(root)): path.read_bytes() for path in root.glob("**/*") if path.is_file()}

    def same(self, store, script):
        expect(self.files(store) == undisturbed(self.swath, script), f"{store} isn't what one process writes")


@functools.cache
def undisturbed(swath, script):
    """What a script writes in one process where nothing happens to it."""
    with tempfile.TemporaryDirectory(prefix="swath-slurm-") as directory:
        place = Place(swath, None, pathlib.Path(directory))
        command = [str(swath), "run", "--quiet", script, "out.zarr"]
        ended = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=3 * LIMIT_S)
        expect(ended.returncode == 0, ended.stderr)
        return place.files("out.zarr")


def ranks_of(job):
    """Processes of swath in a job of Slurm, with their ranks."""
    found = {}
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text().strip() != "swath":
                continue
            variables = dict(pair.split("=", 1) for pair in (process / "environ").read_text().split("\0") if "=" in pair)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if variables.get("SLURM_JOB_ID") == job:
            found[int(process.name)] = variables.get("SLURM_PROCID")
    return found
