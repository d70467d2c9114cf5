"""Jobs on a real Slurm of four virtual nodes, from `swath submit` to their end: one case a claim.

    python tests/slurm.py [--swath PATH] [--only PATTERN]

Needs root and Debian's slurmctld, slurmd, slurm-client and munge; without them the suite is skipped, with a line that says
why. What a job writes must be what one undisturbed process writes, byte for byte.
"""

import functools
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import cases
import slurm_cluster
from cases import expect

LIMIT_S = 240

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

    def __init__(self, swath, cluster, directory):
        self.swath, self.cluster, self.directory = swath, cluster, directory
        for name, text in {
            "short.py": WORK.format(rounds=SHORT),
            "long.py": WORK.format(rounds=LONG),
            "longest.py": WORK.format(rounds=LONGEST),
            "add.py": ADD,
            "fails.py": FAILS,
            "quick.py": QUICK,
        }.items():
            (directory / name).write_text(text)

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
        variables = [f"--env={name}={value}" for name, value in slurm_cluster.OPEN_MPI.items()]
        for option, value in {"--time": "5min", "--memory": "1GiB"}.items():
            words = words if option in words else (option, value, *words)
        said = self.succeed("submit", "--on", on, *variables, *words)
        found = re.search(r"job (\S+)$", said.strip())
        expect(found, f"no id in {said!r}")
        return found[1]

    def status(self, name):
        views = json.loads(self.succeed("status", "--json", name))
        return views[0] if len(views) == 1 else views

    def until(self, name, holds, limit_s=60):
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


def a_job_of_two_nodes_finishes_by_mpirun_and_by_srun(place):
    place.submit("--name", "by-mpirun", *TWO, *MPIRUN, "short.py", "mpirun.zarr")
    place.submit("--name", "by-srun", *TWO, *SRUN, "short.py", "srun.zarr")
    for name in ["by-mpirun", "by-srun"]:
        place.finish(name)
        view = place.status(name)
        expect((view["state"], view["attempt"], view["exit_code"]) == ("finished", 1, 0), view)
        expect("swath: 2 nodes, 2 ranks, 1 thread" in place.log(name), place.log(name))
    place.same("mpirun.zarr", "short.py")
    place.same("srun.zarr", "short.py")
    shown = place.succeed("logs", "by-srun")
    expect("wrote srun.zarr" in shown, shown)


def a_waiting_job_says_what_it_waits_for(place):
    # All of the nodes that it names; others are left to other cases.
    place.submit("--name", "holder", "--nodes", "1", "--ranks-per-node", "1", "--threads", "4", "--exclusive",
                 "--launcher", "none", "--directive=--nodelist=n4", "--prologue", "sleep 600", "quick.py")
    place.until("holder", lambda view: view["state"] == "running")
    place.submit("--name", "full", *ONE, "--directive=--nodelist=n4", "quick.py")
    place.submit("--name", "held", *ONE, "--directive=--hold", "quick.py")
    place.submit("--name", "after", *ONE, "--after", "full", "quick.py")
    for name, reason in {"full": "Resources|Priority|not looked at", "held": "JobHeldUser", "after": "Dependency"}.items():
        place.until(name, lambda view, reason=reason: view["state"] == "pending" and re.search(reason, view["detail"]), 20)
    table = place.succeed("status")
    expect(all(re.search(rf"{name} +pending", table) for name in ["full", "held", "after"]), table)
    ended = place.command("wait", "--timeout", "1", "full")
    expect(ended.returncode == 124, f"{ended.returncode} {ended.stderr}")
    for name in ["after", "held", "full", "holder"]:
        place.succeed("cancel", name)
        place.until(name, lambda view: view["state"] == "cancelled", 30)
    ended = place.command("wait", "full", "held")
    expect(ended.returncode == 143, f"{ended.returncode} {ended.stderr}")


def what_depends_on_a_failure_never_starts_and_says_so(place):
    # Held, it hasn't failed before the others wait for it.
    id = place.submit("--name", "fails", *ONE, "--no-check", "--directive=--hold", "fails.py")
    place.submit("--name", "never", *ONE, "--after", "fails", "quick.py")
    place.submit("--name", "instead", *ONE, "--after", "fails:fail", "quick.py")
    place.cluster.run("scontrol", "release", id)
    ended = place.command("wait", "fails")
    expect(ended.returncode == 1, f"{ended.returncode} {ended.stderr}")
    view = place.status("fails")
    expect(view["state"] == "failed" and "no such store.zarr" in view["detail"], view)
    expect(place.record("fails") == ["first", "started", "ended"], place.record("fails"))
    shown = place.succeed("status", "fails")
    expect("the end of" in shown and "swath resume fails" in shown, shown)
    place.until("never", lambda view: "will never start" in str(view["detail"]), 30)
    place.finish("instead")
    place.succeed("cancel", "never")


def an_array_and_what_waits_for_it(place):
    place.submit("--name", "parts", *ONE, "--array", "0-3", "short.py", "part-{index}.zarr")
    place.submit("--name", "sum", *ONE, "--after", "parts", "--no-check", "add.py", *[f"part-{index}.zarr" for index in range(4)])
    place.until("parts", lambda views: any(view["state"] == "running" for view in views), 30)
    place.finish("parts")
    views = place.status("parts")
    expect([view["index"] for view in views] == [0, 1, 2, 3], views)
    expect({view["state"] for view in views} == {"finished"}, views)
    for index in range(4):
        place.same(f"part-{index}.zarr", "short.py")
    expect("wrote part-2.zarr" in place.succeed("logs", "parts[2]"), place.log("parts"))
    expect(re.search(r"parts +finished .*4 of the array", place.succeed("status")), place.succeed("status"))
    place.finish("sum")
    expect("total" in place.succeed("logs", "sum"), place.log("sum"))


def a_job_goes_on_through_walltimes_to_the_same_result(place):
    # Of a minute, submitting again takes 3 s and stopping may take all but a few: the run stops so long after its start. Its
    # two ranks have a thread each, and get a ninth of the time that they need, besides starting: a machine that is less
    # busy by then is quicker.
    since = time.monotonic()
    undisturbed(place.swath, "longest.py")
    work_s = (time.monotonic() - since) * min(2, os.cpu_count()) / 2
    grace_s = round(57 - min(40, max(2, work_s / 9 + 1.5)))
    place.submit("--name", "walltimes", *TWO, *SRUN, "--time", "1min", "--grace", f"{grace_s}s", "--attempts", "30",
                 "longest.py", "w.zarr")
    seen = place.until("walltimes", lambda view: view["state"] == "finished", 3 * LIMIT_S)
    stops = place.record("walltimes").count("requeued") + place.record("walltimes").count("resubmitted")
    expect(stops >= 3, f"it was stopped {stops} times only: {place.log('walltimes')}")
    expect({"running", "resubmitted"} <= set(seen), seen)
    expect("stopped in time; attempt 1 of 30 ends" in place.log("walltimes"), place.log("walltimes"))
    expect("resumed: " in place.log("walltimes"), place.log("walltimes"))
    place.same("w.zarr", "longest.py")


def a_job_that_uses_up_its_attempts_stops_and_can_be_resumed(place):
    id = place.submit("--name", "signalled", *TWO, *SRUN, "--attempts", "1", "long.py", "s.zarr")
    place.running("signalled")
    # As Slurm does some time before the walltime ends.
    place.cluster.run("scancel", "--batch", "--signal=USR1", id)
    ended = place.command("wait", "signalled")
    expect(ended.returncode == 75, f"{ended.returncode} {ended.stderr} {place.log('signalled')}")
    expect(place.status("signalled")["state"] == "stopped", place.status("signalled"))
    place.succeed("resume", "--nodes", "1", "--ranks-per-node", "3", "signalled")
    expect(place.command("resume", "signalled").returncode == 1, "a job that is under way was resumed")
    followed = place.succeed("logs", "-f", "signalled")
    expect("wrote s.zarr" in followed and "finished" in followed, followed)
    place.finish("signalled")
    expect("swath: 1 node, 3 ranks" in place.log("signalled"), place.log("signalled"))
    place.same("s.zarr", "long.py")


def a_cancelled_job_keeps_what_is_done_where_it_is_drained(place):
    place.submit("--name", "drained", *TWO, *SRUN, "long.py", "d.zarr")
    place.running("drained", 20)
    place.succeed("cancel", "--drain", "drained")
    expect(place.status("drained")["state"] == "cancelled", place.status("drained"))
    outcome = json.loads((place.directory / ".swath/jobs/drained/run/outcome.json").read_text())
    expect(outcome["ending"] == "drained", outcome)
    place.succeed("resume", "drained")
    place.finish("drained")
    found = re.findall(r"resumed: (\d+) of 400 chunks", place.log("drained"))
    expect(int(found[-1]) >= 20, place.log("drained"))
    place.same("d.zarr", "long.py")


def scancel_is_told_from_a_failure(place):
    id = place.submit("--name", "gone", *TWO, *SRUN, "long.py", "g.zarr")
    place.running("gone")
    place.cluster.run("scancel", id)
    place.until("gone", lambda view: view["state"] == "cancelled", 40)
    time.sleep(2)
    expect(not place.cluster.run("squeue", "--noheader", "--name=gone"), "it was submitted again")


def a_lost_rank_and_a_lost_node_cost_no_more_than_time(place):
    id = place.submit("--name", "lost", *TWO, *SRUN, "long.py", "l.zarr")
    place.running("lost", 20)
    # The second rank dies.
    second = [process for process, rank in ranks_of(id).items() if rank == "1"]
    expect(second, f"there is no second rank: {place.log('lost')}")
    os.kill(second[0], signal.SIGKILL)
    place.until("lost", lambda view: view["attempt"] == 2 and view["state"] == "running", 90)
    place.running("lost", 20)
    # A node is lost: Slurm ends the job, and queues it again.
    node = place.cluster.run("squeue", "--noheader", "--jobs", id, "--format=%N").split("[")[-1]
    name = f"n{re.search(r'[0-9]', node)[0]}"
    place.cluster.run("scontrol", "update", f"nodename={name}", "state=down", "reason=test")
    try:
        place.until("lost", lambda view: view["state"] in ("resubmitted", "pending"), 60)
    finally:
        # Slurm may have found out by itself that the node is well.
        place.cluster.run("scontrol", "update", f"nodename={name}", "state=resume", check=False)
    place.finish("lost")
    place.same("l.zarr", "long.py")


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


def classic_mistakes_are_told(place):
    run = f"{place.swath} run"
    lines = [
        f"srun --mpi=pmix --ntasks=2 {run} --memory 900MiB quick.py",
        f"srun --mpi=none --ntasks=2 {run} quick.py",
        f"srun --mpi=pmi2 --ntasks=2 {run} quick.py",
    ]
    for number, line in enumerate(lines):
        shape = ["--ntasks=2", "--nodes=1", "--mem=1000M", f"--output=said-{number}"]
        place.cluster.run("sbatch", "--wait", *shape, f"--wrap={line}", cwd=place.directory, check=False)
    said = [(place.directory / f"said-{number}").read_text() for number in range(len(lines))]
    expect("2 ranks of --memory 900.0MiB are more than the 1000.0MiB that Slurm grants the node" in said[0], said[0])
    expect("1600.0" not in said[0] and said[0].count("--memory 425.0MiB at most") == 1, said[0])
    expect("srun has started 2 ranks without an MPI interface" in said[1] and "--mpi=pmix" in said[1], said[1])
    expect("2 ranks with PMI, which Open MPI seldom knows" in said[2], said[2])


def fifty_jobs_in_flight(place):
    names = [f"job-{number}" for number in range(50)]
    for name in names:
        place.submit("--name", name, *ONE, "--memory", "200MiB", "--no-check", "quick.py")
    table = place.succeed("status")
    expect(sum(table.count(f"{name} ") for name in names) >= 50, table)
    ended = place.command("wait", *names)
    expect(ended.returncode == 0, f"{ended.returncode} {ended.stderr}")
    for name in names:
        expect("1600.0" in place.log(name), place.log(name))


def the_torque_dialect_is_understood(place):
    if slurm_cluster.find("qsub") is None:
        return "skipped, there is no qsub (Debian: slurm-wlm-torque)"
    id = place.submit("--name", "torque", "--launcher", "none", "--nodes", "1", "--ranks-per-node", "1", "--threads", "2",
                      "short.py", "t.zarr", on="torque")
    place.finish("torque")
    view = place.status("torque")
    expect((view["id"], view["batch"], view["state"]) == (id, "torque", "finished"), view)
    place.same("t.zarr", "short.py")
    place.submit("--name", "ended", "--launcher", "none", "--nodes", "1", "--ranks-per-node", "1", "--threads", "1",
                 "long.py", "e.zarr", on="torque")
    place.running("ended")
    place.succeed("cancel", "ended")
    place.until("ended", lambda view: view["state"] == "cancelled", 40)


def the_doctor_finds_nothing_wrong(place):
    said = place.succeed("doctor")
    expect(re.search(r"ok +two ranks", said) and re.search(r"ok +batch system +slurm", said), said)
    expect("-> none is needed" in said and "fault" not in said, said)


CASES = [
    a_job_of_two_nodes_finishes_by_mpirun_and_by_srun,
    a_waiting_job_says_what_it_waits_for,
    what_depends_on_a_failure_never_starts_and_says_so,
    an_array_and_what_waits_for_it,
    a_job_goes_on_through_walltimes_to_the_same_result,
    a_job_that_uses_up_its_attempts_stops_and_can_be_resumed,
    a_cancelled_job_keeps_what_is_done_where_it_is_drained,
    scancel_is_told_from_a_failure,
    a_lost_rank_and_a_lost_node_cost_no_more_than_time,
    classic_mistakes_are_told,
    fifty_jobs_in_flight,
    the_torque_dialect_is_understood,
    the_doctor_finds_nothing_wrong,
]


# Two of the four nodes are enough for each, and most of its time it waits for Slurm.
BESIDE = [a_job_goes_on_through_walltimes_to_the_same_result, a_lost_rank_and_a_lost_node_cost_no_more_than_time]


def main():
    swath, pattern = cases.parse(__doc__)
    reason = slurm_cluster.obstacle()
    if reason:
        print(f"skipped: no Slurm can be started here, since {reason}")
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    with slurm_cluster.Cluster() as cluster:
        cases.run(CASES, pattern, {"": lambda directory: Place(swath, cluster, directory)}, BESIDE)


if __name__ == "__main__":
    main()
