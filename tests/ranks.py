"""Starts and ends processes on a number of MPI ranks, for the suites that lie in the directories beside this file.

A program is started by the launcher of the MPI library that it is linked to: Open MPI's `mpirun`, or MPICH's (hydra),
which Debian calls `mpirun.mpich` where both are there.
"""

import functools
import os
import pathlib
import shutil
import signal
import subprocess

GRACE_S = 10


def launcher(ranks, program):
    """What precedes the command of a program; None is one process without mpirun."""
    if ranks is None:
        return []
    if is_mpich(program):
        # Hydra starts as many ranks as it is told, and binds none of them.
        return [shutil.which("mpirun.mpich") or "mpirun", "-n", str(ranks)]
    return [shutil.which("mpirun.openmpi") or "mpirun", "--oversubscribe", "-n", str(ranks)]


@functools.cache
def is_mpich(program):
    """Whether a program is linked to MPICH."""
    libraries = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    return "libmpich" in libraries


def start(command, directory, variables=None, **streams):
    """Starts a command in a session of its own, with variables of the environment beside those there are; Open MPI may
    run as root where the suite does."""
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"} if os.geteuid() == 0 else {}
    environment = {**os.environ, **allowed, **(variables or {})}
    return subprocess.Popen(
        command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, start_new_session=True, **streams
    )


def end(process):
    """Ends a process and, by mpirun, all its ranks; by force if it doesn't listen."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        os.killpg(process.pid, sent)
        try:
            process.wait(timeout=GRACE_S)
            return
        except subprocess.TimeoutExpired:
            continue


def processes(process, name):
    """Numbers of the living processes of this name among a started one and its descendants."""
    names, children = {}, {}
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name is in parentheses and may have any character; state and parent follow.
            before, _, after = status.read_text().rpartition(") ")
        except (ProcessLookupError, FileNotFoundError):
            continue
        state, parent = after.split()[:2]
        number = int(status.parent.name)
        names[number] = None if state == "Z" else before.partition("(")[2]
        children.setdefault(int(parent), []).append(number)
    family = [process.pid]
    for member in family:
        family.extend(children.get(member, []))
    return sorted(member for member in family if names.get(member) == name)


def number(process):
    """The rank of a process that Open MPI or MPICH has started; None of another."""
    variables = pathlib.Path(f"/proc/{process}/environ").read_text().split("\0")
    found = dict(variable.split("=", 1) for variable in variables if "=" in variable)
    rank = found.get("OMPI_COMM_WORLD_RANK", found.get("PMI_RANK"))
    return None if rank is None else int(rank)


def has_open(process, directory):
    """Whether a rank has a file in a directory open, of whatever name."""
    for rank in processes(process, "swath"):
        try:
            if any(os.readlink(file).startswith(f"{directory}/") for file in pathlib.Path(f"/proc/{rank}/fd").iterdir()):
                return True
        except (FileNotFoundError, PermissionError):
            continue
    return False


def finish(command, directory, limit_s, variables=None):
    """Runs to the end or the limit; returns the exit code (None at the limit) and what it printed to either stream."""
    process = start(command, directory, variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        stdout, stderr = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        end(process)
        stdout, stderr = process.communicate()
        return None, stdout, stderr
    return process.returncode, stdout, stderr
