"""Measures what a task costs beside its work: no-op chunk tasks of Swath, and as many small ones of Dask.

    python tests/bench/overhead.py [--noop PATH] [--tasks 1000000] [--dask-tasks 50000] [--rounds 3] [--smoke]

Swath runs in one process and under `mpirun -n 3`; Dask under its threaded scheduler and a LocalCluster of two worker
processes. A task of Swath computes a chunk of one constant and keeps nothing, one of Dask makes such a
chunk and its sum. Prints tasks a second, microseconds a task and bytes of the scheduling process a task, of the
fastest round. Fails where `mpirun -n 3` makes less than 100,000 tasks a second.
"""

import argparse
import os
import pathlib
import platform
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import ranks  # noqa: E402 (found in the directory above)

LIMIT = 100_000
LIMIT_S = 900
RESULT = re.compile(r"(\d+) tasks/s, ([\d.]+) us a task, ([\d.-]+) bytes")

DASK = """\
import resource, sys, time
import dask, dask.array

def measure(count):
    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    before, started = peak(), time.perf_counter()
    dask.array.ones(count, chunks=1).sum(split_every=64).compute()
    seconds = time.perf_counter() - started
    print(f"{count / seconds:.0f} tasks/s, {1e6 * seconds / count:.2f} us a task, {(peak() - before) / count:.1f} bytes")

if __name__ == "__main__":
    count = int(sys.argv[2])
    if sys.argv[1] == "cluster":
        from dask.distributed import Client, LocalCluster

        with LocalCluster(n_workers=2, dashboard_address=None) as cluster, Client(cluster):
            measure(count)
    else:
        with dask.config.set(scheduler="threads"):
            measure(count)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--noop", default=str(HERE.parents[1] / "target/release/examples/noop"), help="the program")
    parser.add_argument("--tasks", type=int, default=1_000_000, help="tasks of Swath [1000000]")
    parser.add_argument("--dask-tasks", type=int, default=50_000, help="tasks of Dask [50000]")
    parser.add_argument("--rounds", type=int, default=3, help="each runs every contestant once [3]")
    parser.add_argument("--smoke", action="store_true", help="few tasks, one round; nothing is too slow")
    arguments = parser.parse_args()
    if arguments.smoke:
        arguments.tasks, arguments.dask_tasks, arguments.rounds = 20_000, 500, 1
    program = str(pathlib.Path(arguments.noop).resolve())
    distributed = "swath, mpirun -n 3"
    contestants = {
        "swath, one process": [program, str(arguments.tasks)],
        distributed: [*ranks.launcher(3, program), program, str(arguments.tasks)],
        "dask, threads": [sys.executable, "-c", DASK, "threads", str(arguments.dask_tasks)],
        "dask, two processes": [sys.executable, "-c", DASK, "cluster", str(arguments.dask_tasks)],
    }
    best = {}
    for _ in range(arguments.rounds):
        for name, command in contestants.items():
            code, stdout, stderr = ranks.finish(command, HERE, LIMIT_S)
            found = RESULT.search(stdout)
            if code != 0 or not found:
                sys.exit(f"{name} ended with {code}: {stderr}")
            best[name] = max(best.get(name, (0.0,)), tuple(map(float, found.groups())))
    print(f"{platform.machine()}, {os.cpu_count()} CPUs; {arguments.tasks} tasks, of Dask {arguments.dask_tasks}; best of {arguments.rounds}")
    print(f"{'':22} {'tasks/s':>10} {'us a task':>10} {'bytes a task':>13}")
    for name, (per_second, micros, held_bytes) in best.items():
        print(f"{name:22} {per_second:10.0f} {micros:10.2f} {held_bytes:13.1f}")
    rate = best[distributed][0]
    print(f"{distributed}: {rate:.0f} tasks/s (limit {LIMIT})")
    return rate < LIMIT and not arguments.smoke


if __name__ == "__main__":
    sys.exit(main())
