"""How a job of several ranks ends, whichever MPI library it is built with: one case a claim.

    python tests/mpi.py [--swath PATH] [--only PATTERN]

Open MPI's launcher, on SIGINT and SIGTERM or where a rank dies, sends SIGTERM to all ranks and a second later SIGKILL, and
ends with 1. MPICH's (hydra) passes on what it gets, and kills all ranks as soon as one has died or left early: rank 0 has
no time to name it, and what hydra names is the first process of the job. Passing SIGINT or SIGTERM on, hydra loses the exit
codes of some jobs, `sleep` among them, and ends with 0: how the run ended stands in its directory. Both pass SIGUSR1 on.
"""

import functools
import os
import pathlib
import re
import signal
import tempfile
import time

import cases
import ranks
from cases import expect
from resume_cases import LIMIT_S, LONG, Place

HERE = pathlib.Path(__file__).resolve().parent
CHUNKS = ".out.zarr.*/y/c/*/0/0"
PROMPT_S = 3.0
COMPUTES = ["--rank-zero", "computes"]
EXITS = "import sys\nimport dask.array as da\nprint(float(da.ones((4, 4), chunks=2).sum().compute()))\nsys.exit(3)\n"


class Job:
    """The long script on three ranks, some of its chunks written."""

    def __init__(self, place, *options):
        self.place = place
        place.write("long.py", LONG)
        self.process = place.start_until(CHUNKS, 20, *options, "long.py", ranks_count=3)
        self.ranks = ranks.processes(self.process, "swath")
        expect(self.process.poll() is None and len(self.ranks) == 3, f"three ranks work: {self.ranks} {place.said()}")

    def end(self, act):
        """Does something to the job; returns its exit code, how long it took to end and what it said."""
        act()
        since = time.monotonic()
        code = self.process.wait(LIMIT_S)
        took_s = time.monotonic() - since
        while any(map(is_alive, self.ranks)):
            expect(time.monotonic() - since < PROMPT_S, f"ranks are left {PROMPT_S} s later")
            time.sleep(0.01)
        return code, took_s, self.place.said()

    def resume(self, count):
        """Resumes it; what was written is not written again, and the result is that of an undisturbed run."""
        written = len(list(self.place.directory.glob(CHUNKS)))
        code, _, stderr = self.place.run("--resume", "long.py", ranks_count=count)
        found = re.search(r"resumed: (\d+) of 400 chunks", stderr)
        expect(code == 0 and found and int(found[1]) >= written, f"{code}, {written} chunks were there: {stderr}")
        expect(self.place.files("out.zarr") == undisturbed(self.place.swath), "the resumed result differs")
        expect(not self.place.hidden(), f"left behind {self.place.hidden()}")


@functools.cache
def undisturbed(swath):
    """What the long script writes where nothing happens to it."""
    with tempfile.TemporaryDirectory(prefix="swath-mpi-") as directory:
        place = Place(swath, pathlib.Path(directory))
        place.write("long.py", LONG)
        code, _, stderr = place.run("long.py")
        expect(code == 0, stderr)
        return place.files("out.zarr")


def ends_interrupted(place, sent, resumed_on):
    """A job that gets the signal says so once, and goes on from there."""
    job = Job(place)
    code, took_s, said = job.end(lambda: job.process.send_signal(sent))
    is_told = code != 0 or ranks.is_mpich(str(place.swath))
    expect(is_told and took_s < PROMPT_S, f"{code} after {took_s:.1f} s: {said}")
    expect(said.count("swath: interrupted") == 1, said)
    expect(place.outcome()["ending"] == "interrupted", place.outcome())
    job.resume(resumed_on)


def an_interrupted_job_says_so_once_and_can_be_resumed(place):
    ends_interrupted(place, signal.SIGINT, 4)


def a_terminated_job_says_so_once_and_can_be_resumed(place):
    ends_interrupted(place, signal.SIGTERM, 2)


def a_job_asked_to_stop_ends_in_good_order(place):
    job = Job(place)
    code, took_s, said = job.end(lambda: job.process.send_signal(signal.SIGUSR1))
    expect(code == 75 and took_s < PROMPT_S, f"{code} after {took_s:.1f} s: {said}")
    expect(place.outcome()["ending"] == "drained", place.outcome())
    job.resume(None)


def rank_zero_computes_where_it_is_asked_to(place):
    job = Job(place, *COMPUTES)
    code, took_s, said = job.end(lambda: job.process.send_signal(signal.SIGUSR1))
    expect(code == 75 and took_s < PROMPT_S, f"{code} after {took_s:.1f} s: {said}")
    expect("3 ranks," in said, f"the line of the job names fewer that compute: {said}")
    job.resume(2)
    job = Job(place, *COMPUTES)
    dead = next(rank for rank in job.ranks if ranks.number(rank) == 0)
    code, took_s, said = job.end(lambda: os.kill(dead, signal.SIGKILL))
    expect(code != 0 and took_s < 2 * PROMPT_S, f"{code} after {took_s:.1f} s: {said}")
    job.resume(3)


def a_deadline_ends_a_job_in_good_order(place):
    place.write("long.py", LONG)
    since = time.monotonic()
    code, _, stderr = place.run("--deadline", "2s", "--grace", "1s", "long.py", ranks_count=3)
    took_s = time.monotonic() - since
    expect(code == 75 and took_s < 2 + PROMPT_S, f"{code} after {took_s:.1f} s: {stderr}")
    expect(place.outcome()["ending"] == "drained", place.outcome())


def a_dead_rank_ends_the_job_and_is_named(place):
    for at, count in ((2, 3), (0, 2)):
        job = Job(place)
        dead = next(rank for rank in job.ranks if ranks.number(rank) == at)
        code, took_s, said = job.end(lambda dead=dead: os.kill(dead, signal.SIGKILL))
        expect(code != 0 and took_s < 2 * PROMPT_S, f"{code} after {took_s:.1f} s: {said}")
        if ranks.is_mpich(str(place.swath)):
            expect("BAD TERMINATION" in said, said)
        elif at > 0:
            expect(said.count(f"rank {at} (process {dead}") == 1, said)
        job.resume(count)


def is_alive(process):
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def the_exit_code_of_a_script_is_that_of_the_job(place):
    place.write("exits.py", EXITS)
    for count in (None, 1, 2, 3, 4):
        code, stdout, stderr = place.run("exits.py", ranks_count=count)
        expect((code, stdout) == (3, "16.0\n"), f"on {count} ranks: {code} {stdout!r} {stderr}")


def without_a_launcher_it_is_one_process(place):
    place.write("long.py", LONG)
    process = place.start_until(CHUNKS, 5, "long.py")
    found = ranks.processes(process, "swath")
    expect(found == [process.pid], f"{found} of {process.pid}")
    process.send_signal(signal.SIGUSR1)
    expect(process.wait(LIMIT_S) == 75, place.said())


CASES = [
    an_interrupted_job_says_so_once_and_can_be_resumed,
    a_terminated_job_says_so_once_and_can_be_resumed,
    a_job_asked_to_stop_ends_in_good_order,
    rank_zero_computes_where_it_is_asked_to,
    a_deadline_ends_a_job_in_good_order,
    a_dead_rank_ends_the_job_and_is_named,
    the_exit_code_of_a_script_is_that_of_the_job,
    without_a_launcher_it_is_one_process,
]


def main():
    swath, pattern = cases.parse(__doc__)
    print("MPICH" if ranks.is_mpich(str(swath)) else "Open MPI", flush=True)
    cases.run(CASES, pattern, {"": lambda directory: Place(swath, directory)})


if __name__ == "__main__":
    main()
