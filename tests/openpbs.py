#!/usr/bin/env python3
"""A stand-in for an OpenPBS server, which no package of Debian has: qsub, qstat, qdel, qselect and pbsnodes.

    openpbs.install(DIRECTORY)      puts the commands into DIRECTORY/bin; what the server knows goes to DIRECTORY/jobs

It reads requests as strictly as the server does (`openpbs_requests.py`) and runs jobs for real, each as a child of its own
with the variables of a job, ended at its walltime. All nodes are this host, which pbs_tmrsh takes for whichever it is asked
for, with a temporary directory of its own. Where its facts come from:

- `-o`, default names of files: qsub(1B) of OpenPBS 23.06 (doc/man1/qsub.1B)
- qselect, Submit_arguments: qselect(1B) and pbs_job_attributes(7B) of the same
- that pbs_tmrsh knows no shell: pbs_tmrsh(8B), and a server of version 23.06.06, watched
- `qstat -f` and `-F json`, ids of arrays, `-29` and `271` as Exit_status, the end of jobs whose dependency can't be met, requests that
  can never run: a server of version 23.06.06, watched
"""

import fcntl
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

from openpbs_requests import Refused, array_indices, directives, read_select, resource_list, split_options

SERVER = "mock"
COMMANDS = ["qsub", "qstat", "qdel", "qselect", "pbsnodes", "pbs_tmrsh"]
DEFAULT_WALLTIME = "01:00:00"
NODES = [f"n{number}" for number in range(1, 5)]
NODE_CPUS, NODE_MEMORY_KB = 8, 16 << 20
QUEUES = ["workq", "short"]
POLL_S, KILL_DELAY_S = 0.2, 1


def install(directory):
    """The commands, in a directory for PATH."""
    commands = pathlib.Path(directory) / "bin"
    commands.mkdir(parents=True)
    (pathlib.Path(directory) / "jobs").mkdir()
    for name in COMMANDS:
        path = commands / name
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{os.path.realpath(__file__)}" {name} "{os.path.realpath(directory)}" "$@"\n')
        path.chmod(0o755)
    return commands


class Server:
    """What is known of jobs: a file each."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.jobs = self.directory / "jobs"

    def __enter__(self):
        self.lock = open(self.directory / "lock", "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_):
        self.lock.close()

    def next_number(self):
        counter = self.directory / "counter"
        number = int(counter.read_text()) + 1 if counter.exists() else 1
        counter.write_text(str(number))
        return number

    def path(self, identity):
        return self.jobs / f"{identity}.json"

    def load(self, identity):
        full = identity if identity.endswith(f".{SERVER}") else f"{identity}.{SERVER}"
        path = self.path(full)
        return (full, json.loads(path.read_text())) if path.exists() else (full, None)

    def save(self, identity, job):
        temporary = self.path(identity).with_suffix(".new")
        temporary.write_text(json.dumps(job))
        temporary.rename(self.path(identity))

    def all(self):
        found = {path.name.removesuffix(".json"): json.loads(path.read_text()) for path in self.jobs.glob("*.json")}
        return dict(sorted(found.items(), key=lambda entry: entry[1]["number"]))


def dependencies(server, values):
    found = []
    for value in values:
        name, equals, text = value.partition("=")
        if name != "depend":
            continue
        for part in text.split(","):
            kind, *identities = part.split(":")
            if not equals or kind not in ("afterok", "afternotok", "afterany", "after") or not identities:
                raise Refused("qsub: illegal -W value", 2)
            found += [(kind, server.load(identity)[0]) for identity in identities]
    return found


def nodes_for(chunks):
    """A line of PBS_NODEFILE for each MPI process; `None` where the cluster can't have them, ever."""
    lines, hosts = [], iter(NODES)
    for count, chunk in chunks:
        for _ in range(count):
            host = next(hosts, None)
            if host is None or int(chunk.get("ncpus", 1)) > NODE_CPUS or chunk.get("mem", 0) > NODE_MEMORY_KB:
                return None
            lines += [host] * int(chunk.get("mpiprocs", 1))
    return lines


def qsub(server, arguments):
    options, operands = split_options(arguments)
    if len(operands) != 1 or not pathlib.Path(operands[0]).is_file():
        raise Refused("qsub: script file:: No such file or directory" if operands else "usage: qsub ...", 2)
    text = pathlib.Path(operands[0]).read_text()
    # What is on the command line counts more; `-l` and `-W` add up.
    asked = directives(text) + options
    last = dict(asked)
    every = lambda letter: [value for option, value in asked if option == letter]
    name = last.get("N", pathlib.Path(operands[0]).name)
    if not re.fullmatch(r"[A-Za-z0-9_+.-]\S{0,229}", name):
        raise Refused("qsub: illegal -N value", 2)
    if last.get("q", QUEUES[0]) not in QUEUES:
        raise Refused("qsub: Unknown queue")
    for letter, allowed in {"j": ["oe", "eo", "n"], "r": ["y", "n"]}.items():
        if last.get(letter, allowed[0]) not in allowed:
            raise Refused(f"qsub: illegal -{letter} value", 2)
    if not re.fullmatch("n|[abefj]+", last.get("m", "a")):
        raise Refused("qsub: illegal -m value", 2)
    if "J" in last and last.get("r") == "n":
        raise Refused("qsub:  cannot submit non-rerunable Array Job", 2)
    resources = resource_list(every("l"))
    chunks = read_select(resources["select"])
    indices = array_indices(last["J"]) if "J" in last else [None]
    variables = {}
    for value in every("v"):
        for part in value.split(","):
            key, equals, content = part.partition("=")
            variables[key] = content if equals else os.environ.get(key, "")
    after = dependencies(server, every("W"))
    number = server.next_number()
    for index in indices:
        identity = f"{number}{'' if index is None else f'[{index}]'}.{SERVER}"
        hosts = nodes_for(chunks)
        server.save(identity, {
            "number": number, "index": index, "name": name, "queue": last.get("q", QUEUES[0]), "script": text,
            "resources": resources, "ompthreads": chunks[0][1].get("ompthreads"), "ncpus": chunks[0][1].get("ncpus", "1"),
            "hosts": hosts or [], "variables": variables, "depend": after, "account": last.get("A"), "output": last.get("o"),
            "directory": os.getcwd(), "arguments": " ".join(arguments), "state": "Q", "made": time.time(),
            "comment": None if hosts else "Can Never Run: Insufficient amount of resource: ncpus",
        })
    print(f"{number}{'[]' if indices != [None] else ''}.{SERVER}")
    start_ready(server)


def is_met(server, depend):
    """Whether a job may start: yes, not yet (`None`), or never."""
    met = True
    for kind, identity in depend:
        job = server.load(identity)[1]
        if job is None:
            return False
        if job["state"] != "F":
            met = None
        elif kind in ("afterok", "afternotok") and (job["exit"] == 0) != (kind == "afterok"):
            return False
    return met


def start_ready(server):
    """Starts what may; ends what never will."""
    for identity, job in server.all().items():
        if job["state"] not in "QH" or job["comment"]:
            continue
        met = is_met(server, job["depend"])
        if met is False:
            server.save(identity, {**job, "state": "F", "exit": None, "comment": "Job deleted as result of dependency"})
        elif met is None and job["state"] == "Q":
            server.save(identity, {**job, "state": "H"})
        elif met:
            server.save(identity, {**job, "state": "R", "started": time.time()})
            subprocess.Popen([sys.executable, os.path.realpath(__file__), "run", str(server.directory), identity],
                             start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run_job(server, identity):
    """The life of a job, in a process of its own."""
    job = server.load(identity)[1]
    place = server.jobs / f"{identity}.d"
    place.mkdir()
    (place / "nodes").write_text("".join(f"{host}\n" for host in job["hosts"]))
    (place / "script").write_text(job["script"])
    # Nothing of the submitting shell but what PBS itself sets, and `-v`.
    variables = {
        "PATH": f"{server.directory / 'bin'}:/usr/local/bin:/usr/bin:/bin", "HOME": os.environ["HOME"], "SHELL": "/bin/bash",
        "PBS_ENVIRONMENT": "PBS_BATCH", "PBS_JOBID": identity, "PBS_JOBNAME": job["name"], "PBS_QUEUE": job["queue"],
        "PBS_O_WORKDIR": job["directory"], "PBS_NODEFILE": str(place / "nodes"), "NCPUS": job["ncpus"],
        "TMPDIR": str(place), **job["variables"],
    }
    if job["ompthreads"]:
        variables["OMP_NUM_THREADS"] = job["ompthreads"]
    if job["index"] is not None:
        variables |= {"PBS_ARRAY_INDEX": str(job["index"]), "PBS_ARRAY_ID": f"{job['number']}[].{SERVER}"}
    started = time.time()
    with open(place / "output", "w") as output:
        child = subprocess.Popen(["/bin/bash", str(place / "script")], env=variables, cwd=variables["HOME"], stdin=subprocess.DEVNULL,
                                 stdout=output, stderr=output, start_new_session=True)
        status, ended_by = None, None
        while status is None:
            time.sleep(POLL_S)
            status = child.poll()
            is_over = time.time() - started > job["resources"]["walltime_s"]
            wanted = -29 if is_over else 271 if (place / "delete").exists() else None
            if status is None and wanted and ended_by is None:
                ended_by, ended_at = wanted, time.time()
                os.killpg(child.pid, signal.SIGTERM)
            elif status is None and ended_by and time.time() - ended_at > KILL_DELAY_S:
                os.killpg(child.pid, signal.SIGKILL)
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    deliver(job, identity, place)
    with server:
        server.save(identity, {**job, "state": "F", "exit": ended_by or (status if status >= 0 else 256 - status), "ended": time.time()})
        start_ready(server)


def deliver(job, identity, place):
    """The job's output, where `-o` says: a path without a file's name gets ID.OU."""
    path = job["output"] or f"{job['name']}.o{identity.split('.')[0]}"
    path = pathlib.Path(job["directory"], path.split(":", 1)[-1])
    if path.is_dir():
        path /= f"{identity}.OU"
    if path.parent.is_dir():
        path.write_bytes((place / "output").read_bytes())


def described(job, identity):
    """A job as `qstat -f -F json` has it."""
    entry = {
        "Job_Name": job["name"], "Job_Owner": f"{os.environ.get('USER', 'root')}@{SERVER}", "job_state": job["state"],
        "queue": job["queue"], "server": SERVER, "Resource_List": {"walltime": job["resources"].get("walltime", DEFAULT_WALLTIME),
                                                                   "select": job["resources"]["select"]},
        "ctime": time.ctime(job["made"]), "Account_Name": job["account"], "comment": job["comment"],
        "exec_host": "+".join(f"{host}/0" for host in dict.fromkeys(job["hosts"])) if job["state"] in "RF" else None,
        "stime": time.ctime(job["started"]) if "started" in job else None, "Exit_status": job.get("exit"),
        "array_index": job["index"], "Submit_arguments": job["arguments"],
    }
    return {key: value for key, value in entry.items() if value is not None}


def qstat(server, arguments):
    wanted = [word for word in arguments if word[0].isdigit()]
    is_finished_shown = any(word.startswith("-") and "x" in word for word in arguments)
    jobs = {}
    for identity in wanted or server.all():
        full, job = server.load(identity)
        numbered = {known: entry for known, entry in server.all().items() if f"{entry['number']}[].{SERVER}" == full}
        if job is None and not numbered:
            raise Refused(f"qstat: Unknown Job Id {full}", 153)
        found = {full: job} if job else numbered
        if wanted and not is_finished_shown and all(entry["state"] == "F" for entry in found.values()):
            raise Refused(f"qstat: {full} Job has finished, use -x or -H to obtain historical job information", 35)
        jobs |= {known: described(entry, known) for known, entry in found.items() if is_finished_shown or entry["state"] != "F"}
    if "json" in arguments:
        print(json.dumps({"timestamp": int(time.time()), "pbs_version": "23.06.06", "pbs_server": SERVER, "Jobs": jobs}, indent=4))
    elif "-f" in arguments:
        for identity, job in jobs.items():
            print(f"Job Id: {identity}")
            for name, value in job.items():
                parts = value.items() if isinstance(value, dict) else [(None, value)]
                for part, text in parts:
                    print(f"    {name}{f'.{part}' if part else ''} = {text}")
            print()


def qselect(server, arguments):
    """Ids of jobs of a name; those that have ended by -x only."""
    options, operands = split_options([word for word in arguments if word != "-x"])
    if operands or any(letter != "N" for letter, _ in options):
        raise Refused("usage: qselect ...", 2)
    wanted = dict(options).get("N")
    ids = {f"{job['number']}[].{SERVER}" if job["index"] is not None else known: None for known, job in server.all().items()
           if wanted in (None, job["name"]) and (job["state"] != "F" or "-x" in arguments)}
    print("".join(f"{known}\n" for known in ids), end="")


def qdel(server, arguments):
    for identity in arguments:
        full, job = server.load(identity)
        if job is None:
            raise Refused(f"qdel: Unknown Job Id {full}", 153)
        if job["state"] == "R":
            (server.jobs / f"{full}.d" / "delete").touch()
        elif job["state"] != "F":
            server.save(full, {**job, "state": "F", "exit": 271})
            start_ready(server)


def pbs_tmrsh(server, arguments):
    """Runs a command on a node of the job, word by word, until it ends."""
    host, *command = arguments
    if host not in pathlib.Path(os.environ["PBS_NODEFILE"]).read_text().split():
        raise Refused(f"pbs_tmrsh: host {host} not in PBS_NODEFILE")
    temporary = pathlib.Path(os.environ["TMPDIR"]) / host
    temporary.mkdir(exist_ok=True)
    server.lock.close()
    os.execvpe(command[0], command, {**os.environ, "TMPDIR": str(temporary)})


def pbsnodes(server, arguments):
    if "-l" in arguments:
        down = server.directory / "down"
        print("".join(f"{host:20} down\n" for host in down.read_text().split()) if down.exists() else "", end="")
        return
    available = {"ncpus": NODE_CPUS, "mem": f"{NODE_MEMORY_KB}kb"}
    print(json.dumps({"nodes": {host: {"state": "free", "resources_available": available} for host in NODES}}))


def main():
    name, directory, *arguments = sys.argv[1:]
    server = Server(directory)
    if name == "run":
        run_job(server, *arguments)
    elif arguments == ["--version"]:
        print("pbs_version = 23.06.06")
    else:
        try:
            with server:
                {"qsub": qsub, "qstat": qstat, "qdel": qdel, "qselect": qselect, "pbsnodes": pbsnodes, "pbs_tmrsh": pbs_tmrsh}[name](server, arguments)
        except Refused as refusal:
            print(refusal, file=sys.stderr)
            sys.exit(refusal.code)


if __name__ == "__main__":
    main()
