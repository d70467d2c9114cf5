"""Starts and ends processes on a number of MPI ranks, for the suites that lie in the directories beside this file."""

import os
import pathlib
import signal
import subprocess

GRACE_S = 10


def launcher(ranks):
    """What precedes the command; None is one process without mpirun."""
    return [] if ranks is None else ["mpirun", "--oversubscribe", "-n", str(ranks)]


def start(command, directory, **streams):
    """Starts a command in a session of its own; Open MPI may run as root where the suite does."""
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"} if os.geteuid() == 0 else {}
    return subprocess.Popen(
        command, cwd=directory, env={**os.environ, **allowed}, stdin=subprocess.DEVNULL, start_new_session=True, **streams
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


def has_open(process, directory):
    """Whether a rank has a file in a directory open, of whatever name."""
    for rank in processes(process, "swath"):
        try:
            if any(os.readlink(file).startswith(f"{directory}/") for file in pathlib.Path(f"/proc/{rank}/fd").iterdir()):
                return True
        except (FileNotFoundError, PermissionError):
            continue
    return False


def finish(command, directory, limit_s):
    """Runs to the end or the limit; returns the exit code (None at the limit) and what it printed to either stream."""
    process = start(command, directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        stdout, stderr = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        end(process)
        stdout, stderr = process.communicate()
        return None, stdout, stderr
    return process.returncode, stdout, stderr
