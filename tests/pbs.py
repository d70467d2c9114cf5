"""Whole lives of jobs on OpenPBS, which `openpbs.py` stands in for: it runs jobs for real. One case a claim.

    python tests/pbs.py [--swath PATH] [--only PATTERN]
"""

import json
import os
import subprocess
import time

import cases
import faults
import openpbs
from cases import expect
from submit import FAILING, JOB_LIMIT_S, Place

ROOT_MPI = ["--env", "OMPI_ALLOW_RUN_AS_ROOT=1", "--env", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"]
TWO_RANKS = ["--nodes", "1", "--ranks-per-node", "2", "--threads", "1", "--no-bind", "--launcher", "mpirun",
             "--launcher-args", "--oversubscribe", *ROOT_MPI]

# Work of many seconds on any machine: a delay at each chunk that is read.
MAKE = """
import dask.array as da, xarray as xr
x = xr.DataArray(da.random.random((24, 50, 60), chunks=(1, 50, 60)), dims=("t", "y", "x"), name="x")
x.to_dataset().to_zarr("in.zarr", mode="w")
"""
LONG = """
import xarray as xr
x = xr.open_zarr("in.zarr")["x"]
(x * 2 + 1).to_dataset(name="y").to_zarr("out.zarr", mode="w")
print("mean", float(x.mean()))
"""
CHUNK_DELAY_MS = 400


class Pbs(Place):
    """A place with an OpenPBS."""

    def __init__(self, swath, directory):
        super().__init__(swath, directory)
        self.bin = openpbs.install(self.directory / "pbs")

    def long(self, *words):
        """A job of some twenty seconds, most of them waits for files."""
        self.write("make.py", MAKE)
        self.write("long.py", LONG)
        made = self.run("run", "--quiet", "make.py")
        expect(made.returncode == 0, made.complained)
        shim = faults.build_shim(self.directory)
        slow = faults.fault("read", "*/in.zarr/x/c/*", 0, delay_ms=CHUNK_DELAY_MS)
        return self.pbs("--env", f"LD_PRELOAD={shim}", "--env", f"SWATH_FAULTS={slow}", "--run-args", "--io-threads 1",
                        *words, "long.py")

    def pbs(self, *words):
        ended = self.submit("--on", "pbs", *TWO_RANKS, *words)
        expect(ended.returncode == 0, f"not submitted: {ended.complained}")
        return ended.said.split()[-1]

    def jobs(self):
        answer = subprocess.run([str(self.bin / "qstat"), "-x", "-f", "-F", "json"], capture_output=True, text=True, check=True)
        return json.loads(answer.stdout)["Jobs"]

    def log(self, name):
        return "".join(path.read_text() for path in sorted((self.job(name) / "logs").iterdir()))

    def wait(self, done, what):
        deadline = time.monotonic() + JOB_LIMIT_S
        while not done():
            logs = "".join(self.log(path.name) for path in (self.directory / ".swath/jobs").iterdir())
            expect(time.monotonic() < deadline, f"{what} didn't happen: {logs[-2000:]} {self.jobs()}")
            time.sleep(0.3)

    def wait_for_all(self):
        self.wait(lambda: all(job["job_state"] == "F" for job in self.jobs().values()), "the end of all jobs")


def a_job_runs_to_its_end(place):
    identity = place.pbs("--time", "5min", "--memory", "4GiB", "small.py")
    place.wait_for_all()
    expect(place.kinds("small") == ["first", "started", "ended"], f"{place.attempts('small')} {place.log('small')}")
    expect(place.jobs()[identity]["Exit_status"] == 0, f"{place.jobs()}")
    expect("1.0" in place.log("small") and "finished" in place.log("small"), place.log("small"))


def a_job_longer_than_its_walltime_goes_on_until_it_has_finished(place):
    place.long("--time", "8", "--grace", "2s", "--attempts", "40")
    place.pbs("--time", "5min", "--after", "long", "--name", "dependent", "small.py")
    place.wait_for_all()
    log, kinds = place.log("long"), place.kinds("long")
    expect(kinds.count("resubmitted") >= 2 and kinds[-1] == "ended", f"{kinds} {log}")
    by_job = bytes_of(place.directory / "out.zarr")
    direct = place.run("run", "--quiet", "--fresh", "long.py").said.strip()
    expect(direct.startswith("mean") and direct in log, f"{direct} isn't in {log}")
    expect(len(by_job) > 24 and by_job == bytes_of(place.directory / "out.zarr"), "other bytes than without interruption")
    # Its dependent waited for the last of its ids.
    ended = place.attempts("long")[-1]["time"]
    started = [attempt["time"] for attempt in place.attempts("dependent") if attempt["kind"] == "started"]
    expect(len(started) == 1 and started[0] >= ended, f"{place.attempts('dependent')} {place.log('dependent')}")


def a_job_runs_no_more_often_than_it_may(place):
    place.long("--time", "6", "--grace", "3s", "--attempts", "2")
    place.wait_for_all()
    expect(place.kinds("long").count("started") == 2, f"{place.kinds('long')} {place.log('long')}")
    expect(place.attempts("long")[-1]["exit_code"] == 75 and "swath resume long" in place.log("long"), place.log("long"))


def a_failure_is_not_tried_again(place):
    place.write("failing.py", FAILING)
    identity = place.pbs("--time", "5min", "--no-check", "failing.py")
    place.wait_for_all()
    expect(place.kinds("failing") == ["first", "started", "ended"], f"{place.kinds('failing')} {place.log('failing')}")
    expect(place.jobs()[identity]["Exit_status"] not in (0, 75), f"{place.jobs()}")


def a_launcher_that_fails_is_not_tried_again(place):
    identity = place.pbs("--time", "5min", "--launcher-args", "--no-such-option", "small.py")
    place.wait_for_all()
    expect(place.kinds("small") == ["first", "started", "ended"] and place.jobs()[identity]["Exit_status"] != 0, place.log("small"))


def a_deleted_job_is_not_tried_again(place):
    identity = place.long("--time", "5min")
    place.wait(lambda: (place.job("long") / "run/run.json").exists(), "the start of the run")
    subprocess.run([str(place.bin / "qdel"), identity], check=True)
    place.wait_for_all()
    expect("resubmitted" not in place.kinds("long"), f"{place.kinds('long')} {place.log('long')}")


def a_killed_rank_has_the_job_go_on(place):
    place.long("--time", "5min")
    lock = place.job("long") / "run/lock"
    place.wait(lock.exists, "the start of the run")
    os.kill(json.loads(lock.read_text())["process"], 9)
    place.wait_for_all()
    log = place.log("long")
    expect(place.kinds("long").count("started") == 2 and "lost a rank" in log and "finished" in log, f"{place.kinds('long')} {log}")


def an_array_is_a_run_an_index(place):
    place.write("year.py", "import sys\nprint('year', sys.argv[1])\n")
    place.pbs("--time", "5min", "--array", "2000-2002", "--epilogue", 'echo "index $SWATH_ARRAY_INDEX"', "year.py", "{index}")
    place.wait_for_all()
    for index in ["2000", "2001", "2002"]:
        expect(f"year {index}" in place.log("year") and f"index {index}" in place.log("year"), place.log("year"))
        outcome = json.loads((place.job("year") / "run" / index / "outcome.json").read_text())
        expect(outcome["ending"] == "finished", f"{outcome}")


def bytes_of(store):
    """All files of a store."""
    return {path.relative_to(store): path.read_bytes() for path in store.rglob("*") if path.is_file()}


def a_job_of_two_nodes_needs_no_mpi_that_knows_pbs(place):
    # The nodes are one host, whose ranks can't meet in its shared memory.
    mca = {"btl": "self,tcp", "pml": "ob1", "btl_tcp_if_include": "lo", "oob_tcp_if_include": "lo"}
    variables = [word for name, value in mca.items() for word in ("--env", f"OMPI_MCA_{name}={value}")]
    ended = place.submit("--on", "pbs", "--nodes", "2", "--ranks-per-node", "1", "--threads", "1", "--no-bind", *ROOT_MPI,
                         *variables, "--time", "5min", "small.py")
    expect(ended.returncode == 0, ended.complained)
    place.wait_for_all()
    log = place.log("small")
    expect("2 ranks" in log and "1.0\n" in log and place.kinds("small")[-1] == "ended", log)


def status_tells_what_openpbs_knows(place):
    state = lambda name: json.loads(place.run("status", "--json", name).said)[0]
    wide = place.submit("--on", "pbs", "--nodes", "5", "--threads", "1", "--time", "1h", "--name", "wide", "small.py")
    expect(wide.returncode == 0 and state("wide")["state"] == "pending", wide.complained)
    expect(state("wide")["detail"].startswith("Can Never Run: Insufficient amount of resource"), state("wide"))
    identity = place.long("--time", "5min")
    place.pbs("--time", "5min", "--after", "long", "--name", "dependent", "small.py")
    expect((state("dependent")["state"], state("dependent")["detail"][:4]) == ("pending", "held"), state("dependent"))
    place.wait(lambda: (state("long")["progress"] or {}).get("chunks_done", 0) > 0, "some of the work")
    view = state("long")
    expect((view["state"], view["id"], view["nodes"], view["attempt"]) == ("running", identity, "n1/0", 1), view)
    expect(place.run("cancel", "long").returncode == 0 and place.run("cancel", "wide").returncode == 0, "it can't be cancelled")
    place.wait_for_all()
    expect([state(name)["state"] for name in ["long", "wide"]] == ["cancelled"] * 2, f"{state('long')} {state('wide')}")
    # Its dependency can't be met any more.
    expect(state("dependent")["state"] == "cancelled", state("dependent"))
    expect(place.run("wait", "long").returncode == 143, "wait")
    place.pbs("--time", "5min", "--name", "well", "small.py")
    expect(place.run("wait", "well").returncode == 0 and state("well")["state"] == "finished", state("well"))
    table = place.run("status").said
    expect(all(name in table for name in ["long", "wide", "dependent", "well"]), table)


def a_submission_without_an_answer_is_found_by_qselect(place):
    # It gets there, and nobody says so.
    qsub = place.bin / "qsub"
    qsub.rename(place.bin / "qsub.real")
    qsub.write_text(f'#!/bin/sh\n"{place.bin}/qsub.real" "$@" >>"{place.directory}/ids"\nexec sleep 100\n')
    qsub.chmod(0o755)
    place.variables = {"SWATH_BATCH_TIMEOUT": "5"}
    ended = place.submit("--on", "pbs", *TWO_RANKS, "--time", "5min", "--name", "one", "small.py")
    id = (place.directory / "ids").read_text().strip()
    expect(ended.returncode == 0 and ended.said == f"one: PBS job {id}\n", f"{ended.returncode} {ended.said} {ended.complained}")
    place.wait_for_all()
    expect((place.directory / "ids").read_text().strip() == id, "it was submitted twice")
    expect(place.run("wait", "one").returncode == 0, place.log("one"))


CASES = [
    a_job_runs_to_its_end,
    a_job_longer_than_its_walltime_goes_on_until_it_has_finished,
    a_job_runs_no_more_often_than_it_may,
    a_failure_is_not_tried_again,
    a_launcher_that_fails_is_not_tried_again,
    a_deleted_job_is_not_tried_again,
    a_killed_rank_has_the_job_go_on,
    an_array_is_a_run_an_index,
    a_job_of_two_nodes_needs_no_mpi_that_knows_pbs,
    status_tells_what_openpbs_knows,
    a_submission_without_an_answer_is_found_by_qselect,
]


def main():
    swath, pattern = cases.parse(__doc__)
    cases.run(CASES, pattern, {"": lambda directory: Pbs(swath, directory)})


if __name__ == "__main__":
    main()
