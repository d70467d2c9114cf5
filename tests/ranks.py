"""Starts and ends processes on a number of MPI ranks, for the suites that lie in the directories beside this file."""

import os
import pathlib
import signal
import subprocess

GRACE_S = 10


def launcher(ranks):
    """What precedes the command; None is one process without mpirun."""
    return [] if ranks is None else ["mpirun", "--oversubscribe", "-n", str(ranks)]


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
    """Numbers of the living processes of this name in the session of a started one."""
    found = []
    for directory in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(directory.name)) == process.pid and (directory / "comm").read_text().strip() == name:
                found.append(int(directory.name))
        except (ProcessLookupError, FileNotFoundError):
            continue
    return found


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
