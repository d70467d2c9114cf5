"""Submitting jobs: what is submitted, what is refused beforehand, what batch systems say and what we make of it.

    python tests/submit.py [--swath PATH] [--only PATTERN]

Commands of batch systems are stand-ins on PATH that answer as a case wants.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import time

import cases
from cases import expect

README = cases.ROOT / "README.md"
JOB_LIMIT_S = 120
SYSTEM = ["bash", "cat", "cp", "mpirun", "sleep"]
SMALL = "import dask.array as da, xarray as xr\nprint(float(xr.DataArray(da.ones((40, 50), chunks=(10, 50))).mean()))\n"
FAILING = "import xarray as xr\nprint(xr.DataArray([1.0, 2.0]).sel(x=3))\n"


class Place:
    """A directory to submit from, with commands of its own on PATH."""

    def __init__(self, swath, directory):
        self.swath, self.directory = swath, pathlib.Path(os.path.realpath(directory))
        self.bin = self.directory / "commands"
        self.bin.mkdir()
        self.variables = {}
        # What a job script needs of the system, without the batch system that this machine may have.
        self.system = self.directory / "system"
        self.system.mkdir()
        for name in SYSTEM:
            (self.system / name).symlink_to(shutil.which(name))
        self.command("sinfo", "echo 'batch*|16|2|8|64000'")
        self.write("small.py", SMALL)

    def write(self, name, text):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def command(self, name, line):
        path = self.bin / name
        path.write_text(f"#!/bin/bash\n{line}\n")
        path.chmod(0o755)

    def sbatch(self, said="echo 4711"):
        self.command("sbatch", f'printf "%s\\n" "$@" >"{self.directory}/words"; cp "${{@: -1}}" "{self.directory}/submitted.sh"; {said}')

    def start(self, *words):
        variables = {**self.variables, "PATH": f"{self.bin}:{self.system}", "HOME": str(self.directory), "SECRET": "hunter2"}
        return subprocess.Popen([str(self.swath), *words], cwd=self.directory, env=variables, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *words):
        process = self.start(*words)
        process.said, process.complained = process.communicate(timeout=JOB_LIMIT_S)
        return process

    def submit(self, *words):
        return self.run("submit", *words)

    def slurm(self, *words):
        return self.submit("--on", "slurm", "--nodes", "2", "--time", "1h", *words)

    def refused(self, ended, *parts, code=1):
        expect(ended.returncode == code, f"exit code {ended.returncode}: {ended.said}{ended.complained}")
        for part in parts:
            expect(part in ended.complained, f"'{part}' is missing in: {ended.complained}")
        jobs = self.directory / ".swath/jobs"
        expect(not jobs.exists() or not any(jobs.iterdir()), "a job's directory was left")

    def job(self, name):
        return self.directory / ".swath/jobs" / name

    def attempts(self, name):
        path = self.job(name) / "attempts.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        # That it was about to be submitted is nothing that happened to it.
        return [line for line in lines if line["kind"] != "submitting"]

    def kinds(self, name):
        # A job may have started before `swath submit` knows its id.
        attempts = self.attempts(name)
        first = next((at for at, attempt in enumerate(attempts) if attempt["kind"] == "first"), 0)
        return [attempt["kind"] for attempt in attempts[first : first + 1] + attempts[:first] + attempts[first + 1 :]]


# What is submitted.

def what_a_dry_run_prints_is_what_is_submitted(place):
    place.sbatch()
    line = ["--account", "geo", "--after", "17", "small.py", "a b"]
    printed = place.slurm("--dry-run", *line)
    expect(printed.returncode == 0 and not (place.directory / ".swath").exists(), "a dry run leaves something")
    ended = place.slurm(*line)
    expect(ended.said == "small: Slurm job 4711\n", f"said {ended.said!r}, {ended.complained}")
    expect((place.directory / "submitted.sh").read_text() == printed.said, "another script was submitted")
    words = (place.directory / "words").read_text().split("\n")
    expect(words[:2] == ["--parsable", "--dependency=afterok:17"] and " ".join(words[:-1]) in printed.complained, f"submitted by {words}")


def a_job_leaves_what_it_was(place):
    place.sbatch("echo '4711;cluster'")
    place.slurm("--memory", "20GiB", "--name", "first", "small.py", "a")
    job = json.loads((place.job("first") / "job.json").read_text())
    expect(job["batch"] == "slurm" and job["job"]["memory_bytes"] == 20 << 30 and job["job"]["arguments"] == ["a"], f"{job}")
    # Of the node's two sockets of eight cores, each gets a rank.
    expect(job["job"]["ranks_per_node"] == 2 and job["job"]["threads"] == 8, f"{job}")
    expect((place.job("first") / "script.py").read_text() == SMALL, "not the script")
    expect([(one["kind"], one["id"]) for one in place.attempts("first")] == [("first", "4711")], f"{place.attempts('first')}")
    everything = "".join(path.read_text() for path in place.job("first").rglob("*") if path.is_file())
    expect("hunter2" not in everything, "the environment of the submitting shell is in the job's directory")


def names_are_given_once(place):
    place.sbatch()
    names = [place.slurm("small.py").said.split(":")[0] for _ in range(3)]
    expect(names == ["small", "small-2", "small-3"], f"{names}")
    taken = place.slurm("--name", "small", "small.py")
    expect(taken.returncode == 1 and "swath resume small" in taken.complained, taken.complained)


def a_job_waits_for_another_by_its_name(place):
    place.sbatch()
    place.slurm("--name", "first", "small.py")
    place.slurm("--name", "second", "--after", "first:any", "small.py")
    script = (place.directory / "submitted.sh").read_text()
    expect("--dependency=afterany:4711" in (place.directory / "words").read_text(), "no dependency")
    expect(f"after afterany 4711 {place.job('first')}" in script, "the script doesn't look for another id of the first job")
    missing = place.slurm("--after", "third", "small.py")
    expect("there is no job third" in missing.complained, missing.complained)


def a_job_that_has_ended_is_nothing_to_wait_for(place):
    place.sbatch()
    place.slurm("--name", "first", "small.py")
    for code, condition, is_met in [(0, "ok", True), (0, "any", True), (3, "fail", True), (3, "any", True), (3, "ok", False), (0, "fail", False)]:
        with open(place.job("first") / "attempts.jsonl", "a") as record:
            record.write('{"kind":"ended","id":"4711","index":null,"host":"n1","time":1,"exit_code":%d}\n' % code)
        ended = place.slurm("--dry-run", "--after", f"first:{condition}", "small.py")
        expect("dependency" not in ended.complained and (ended.returncode == 0) == is_met, f"{code} {condition} {ended.complained}")
        expect(is_met or "would never start" in ended.complained, ended.complained)


def ranks_are_started_by_the_library_s_own_launcher(place):
    place.sbatch()
    (place.system / "mpirun").unlink()
    line = lambda *words: place.slurm("--dry-run", "--no-check", *words, "small.py")
    hydra = "echo 'HYDRA build details:'"
    is_open_mpi = subprocess.run(["mpirun", "--version"], capture_output=True, text=True).stdout.startswith("mpirun (Open MPI)")
    if not is_open_mpi:
        return "skipped, there is no Open MPI here"
    place.command("mpirun", "echo 'mpirun (Open MPI) 4.1.4'")
    expect("\nmpirun -n 4 --map-by ppr:2:node:PE=8" in line().said and "warning" not in line().complained, line().complained)
    place.command("mpirun", hydra)
    ended = line()
    expect("mpirun is of MPICH here, and swath is bound to Open MPI" in ended.complained and "--module" in ended.complained, ended.complained)
    place.command("mpirun.openmpi", "echo 'mpirun (Open MPI) 4.1.4'")
    ended = line()
    expect("\nmpirun.openmpi -n 4 --map-by" in ended.said and "starts its ranks by mpirun.openmpi" in ended.complained, ended.complained)
    # Who says which library it is, or loads a module, knows better.
    for words in [["--mpi", "openmpi"], ["--module", "openmpi"]]:
        expect("\nmpirun -n 4" in line(*words).said and "warning" not in line(*words).complained, f"{words}")
    # Of the interfaces that Slurm has, the library's.
    place.command("srun", "echo 'MPI plugin types are...'; echo pmi2; echo none; echo pmix")
    expect("--mpi=pmix" in line("--launcher", "srun").said, line("--launcher", "srun").said)
    expect("--mpi=pmi2" in line("--launcher", "srun", "--mpi", "mpich").said, "PMI-2 for MPICH")
    # Debian's Slurm has Cray's plugin, too; on a Cray it is the default.
    place.command("srun", "echo 'cray_shasta pmi2 none'")
    place.command("scontrol", "echo 'MpiDefault              = pmix'")
    expect("--mpi=pmi2" in line("--launcher", "srun", "--mpi", "mpich").said, "PMI-2 where Cray's plugin is only there")
    place.command("scontrol", "echo 'MpiDefault              = cray_shasta'")
    expect("--mpi=" not in line("--launcher", "srun", "--mpi", "mpich").said, "Cray's own for MPICH")


def the_script_command_writes_what_can_be_submitted_by_hand(place):
    ended = place.run("script", "--on", "pbs", "--threads", "4", "-o", "mine.sh", "small.py")
    expect(ended.said == "small: to submit it: qsub mine.sh\n", f"{ended.said}{ended.complained}")
    expect((place.directory / "mine.sh").read_text() == (place.job("small") / "job.sh").read_text(), "two scripts")


def templates_may_be_the_users_own(place):
    place.sbatch()
    place.write("mine.sh", "#!/bin/bash\n#SBATCH --nodes={{ nodes }}\n# {{ account | quote }}\n{{ launch }}{{ swath }} run ndvi.py\n")
    ended = place.slurm("--dry-run", "--account", "a b", "--template", "mine.sh", "small.py")
    expect("#SBATCH --nodes=2\n# 'a b'\nmpirun -n 4" in ended.said, f"{ended.said}{ended.complained}")
    place.write("mine.sh", "{{ nodes")
    place.refused(place.slurm("--template", "mine.sh", "small.py"), "the template mine.sh can't be filled")


# What is said of it.

def the_readme_has_every_option(place):
    text = README.read_text()
    options = lambda text: set(re.findall(r"--[a-z][a-z-]+", text)) - {"--help"}
    told = lambda command: {line.split("--", 1)[1].split()[0].rstrip(",") for line in place.run(command, "--help").said.splitlines()
                            if re.match(r"\s+(-\w, )?--[a-z]", line)} - {"help"}
    for command, table in {"submit": text.split("| `swath submit` |")[1], "run": text.split("| option of `run` |")[1]}.items():
        rows = [line.split("|")[1] for line in table.split("\n\n")[0].splitlines() if line.startswith("|") and "`--" in line]
        known = {f"--{name}" for name in told(command)}
        named = set().union(*map(options, rows))
        expect(known and known - named == set(), f"README.md doesn't have {sorted(known - named)} of swath {command}")
        expect(named - known <= {"--partition"}, f"swath {command} doesn't have {sorted(named - known)} of README.md")


# Sites.

SITES = """
[here]
on = "slurm"
cores_per_node = 16
max_time = "2-00"
account = "geo"
modules = ["openmpi/5.0"]
launcher = "srun"
scratch = "/local/$SLURM_JOB_ID"
[[here.queues]]
name = "short"
max_nodes = 4
max_time = "1h"
[[here.queues]]
name = "wide"
min_nodes = 2
max_nodes = 64
"""


def sites_have_defaults_queues_and_limits(place):
    place.sbatch()
    place.write(".config/swath/sites.toml", SITES)
    small = place.submit("--site", "here", "--nodes", "2", "--time", "30min", "--dry-run", "small.py").said
    for part in ["--partition=short", "--account=geo", "module load openmpi/5.0", "srun --ntasks=2", '--scratch "/local/$SLURM_JOB_ID"']:
        expect(part in small, f"{part} is missing in {small}")
    expect("--partition=wide" in place.submit("--site", "here", "--nodes", "9", "--time", "30min", "--dry-run", "small.py").said, "queue")
    place.refused(place.submit("--site", "here", "--nodes", "99", "--time", "30min", "small.py"), "here's wide takes jobs of 2 to 64 nodes")
    place.refused(place.submit("--site", "here", "--nodes", "9", "--time", "4-00", "small.py"), "--time 2-00:00:00", "--attempts")
    # Of a queue's several entries, the first that takes the job.
    qos = lambda *words: place.submit("--site", "archer2", "--queue", "standard", "--ranks-per-node", "8", "--dry-run", *words, "small.py").said
    expect("--qos=long" in qos("--nodes", "2", "--time", "90h") and "--qos=largescale" in qos("--nodes", "2000", "--time", "2h"), "qos")
    place.refused(place.submit("--site", "there", "small.py"), "there is no site there; there are: here, ")
    listed = place.run("sites").said
    expect("here" in listed and "archer2" in listed and "oakley" in listed, listed)
    expect('name = "short"' in place.run("sites", "here").said, "the site isn't shown")
    place.write(".config/swath/sites.toml", "[here]\nmodulse = []\n")
    place.refused(place.run("sites"), "modulse")


# What is refused before anything is submitted.

def options_behind_the_script_are_its_own_and_told(place):
    told = place.submit("--on", "slurm", "--dry-run", "small.py", "--nodes", "4", "--time=2h", "--level", "--", "--qos")
    expect(told.returncode == 0 and "small.py --nodes 4 --time=2h --level -- --qos" in told.said, told.said)
    expect("warning: the script is given --nodes, --time, which" in told.complained, told.complained)
    untold = place.submit("--on", "slurm", "--dry-run", "--nodes", "4", "small.py", "--level", "--", "--nodes", "x")
    expect("warning" not in untold.complained, untold.complained)


def jobs_that_can_not_be_are_refused(place):
    place.sbatch()
    refused = lambda *words: place.submit("--on", "slurm", "--nodes", "2", *words, "small.py")
    place.refused(refused("--ranks-per-node", "4", "--threads", "8"), "need 32 cores", "has 16", "--threads 4")
    place.refused(refused("--memory", "100GiB"), "has 62.5 GiB", "--memory 64000MiB")
    place.refused(refused("--time", "soon"), "'soon' is no walltime")
    place.refused(refused("--time", "1", "--grace", "2min"), "leaves nothing to compute in", "--grace")
    place.refused(refused("--time", "UNLIMITED"), "has to have an end")
    place.refused(refused("--time", "1h", "--grace", "200000d"), "is more than the 65505 s", "--grace")
    place.refused(refused("--ranks-per-node", "4000000000", "--threads", "2"), "need 8000000000 cores")
    place.refused(refused("--mpi", "lam"), "is no MPI library", code=2)
    place.command("sinfo", "echo 'batch*|16|2|8|64000|2-00:00:00'")
    place.refused(refused("--time", "3-00"), "default queue lets jobs run for 2-00:00:00", "--attempts")
    place.refused(refused("--launcher", "aprun"), "'aprun' is no launcher", code=2)
    place.refused(refused("--array", "3-1"), "no array indices", code=2)
    place.refused(refused("--threads", "0"), "0 is not in", code=2)
    place.refused(refused("--env", "1A=b"), "is no variable", code=2)
    place.refused(refused("--name", "../up"), "can't be the name of a job")
    place.refused(refused("--account", "a\nb"), "line break")
    place.refused(refused("--launcher-args", "'a"), "isn't closed")
    expect(not (place.directory / "words").exists(), "something was submitted")


def scripts_that_would_fail_are_refused(place):
    place.sbatch()
    place.write("failing.py", FAILING)
    place.write("reading.py", "import xarray as xr\nxr.open_zarr('scene.zarr')\n")
    place.write("large.py", "import dask.array as da, xarray as xr\nx = da.ones((40000, 40000), chunks=(40000, 40000))\n"
                            "xr.DataArray(x + 1.0, name='x').to_dataset().to_zarr('o.zarr', mode='w')\n")
    place.refused(place.slurm("missing.py"), "there is no script missing.py")
    place.refused(place.slurm("failing.py"), "fails before it computes anything", "failing.py:2", "--no-check")
    place.refused(place.slurm("reading.py"), "scene.zarr", "nothing was submitted")
    place.refused(place.slurm("--memory", "8GiB", "large.py"), "MemoryError", "nothing was submitted")
    expect(not (place.directory / "words").exists(), "something was submitted")
    # What another job makes may be missing still.
    waiting = place.slurm("--after", "17", "reading.py")
    expect(waiting.returncode == 0 and "warning: " in waiting.complained and "scene.zarr" in waiting.complained, waiting.complained)
    expect("fails before it computes" in place.slurm("--after", "17", "failing.py").complained, "another mistake is one all the same")
    expect(place.slurm("--no-check", "failing.py").returncode == 0, "--no-check checks")


# What batch systems say.

SLURM_SAYS = {
    "sbatch: error: invalid partition specified: x\nsbatch: error: Batch job submission failed: Invalid partition name specified": "sinfo -s",
    "sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified": "--account",
    "sbatch: error: Batch job submission failed: Invalid qos specification": "--qos",
    "sbatch: error: Batch job submission failed: Requested time limit is invalid (missing or exceeds some limit)": "--time",
    "sbatch: error: Batch job submission failed: Requested node configuration is not available": "of a node",
    "sbatch: error: CPU count per node can not be satisfied\nsbatch: error: Batch job submission failed: Requested node configuration is not available": "of a node",
    "sbatch: error: Memory specification can not be satisfied\nsbatch: error: Batch job submission failed: Requested node configuration is not available": "of a node",
    "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)": "limit of your account",
    "sbatch: error: Batch job submission failed: Job dependency problem": "--after",
    "sbatch: error: Batch job submission failed: Invalid feature specification": "--constraint",
    "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)": "try again later",
    "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation": "squeue --me",
    "sbatch: fatal: Could not establish a configuration source": "login node",
    "sbatch: unrecognized option '--mem-per-node=3'": "--skip-directive",
    "sbatch: error: Batch job submission failed: User's group not permitted to use this partition": "another --queue",
    "sbatch: error: Batch job submission failed: Unspecified error": "submission filter",
}
PBS_SAYS = {
    "qsub: Unknown queue": "qstat -Q",
    "qsub: Unauthorized Request ": "--account",
    "qsub: Job violates queue and/or server resource limits": "--time",
    "qsub: Unknown resource  Resource_List.mpiprocs": "--skip-directive",
    "qsub: Illegal attribute or resource value Resource_List.walltime": "--dry-run",
    "qsub: Invalid Account": "--account",
    "qsub: would exceed queue generic's per-user limit of jobs in 'Q' state": "wait for your other jobs",
    "qsub: Maximum number of jobs already in queue": "wait until",
    "qsub: Bad UID for job execution": "not root",
    "qsub: Job rejected by all possible destinations": "--queue",
    "pbs_iff: cannot connect to host\nNo Permission.\nqsub: cannot connect to server pbs (errno=15007)": "login node",
}


def refusals_are_told_with_a_remedy(place):
    for said, remedy in SLURM_SAYS.items():
        place.command("sbatch", f"cat <<'EOF' >&2\n{said}\nEOF\nexit 1")
        first = said.split("\n")[0].split(": ", 2)[-1]
        ended = place.slurm("--no-check", "small.py")
        if "timed out" in said:
            # The job may be in the queue all the same.
            expect(place.job("small").exists() and remedy in ended.complained, ended.complained)
            shutil.rmtree(place.job("small"))
        else:
            place.refused(ended, "Slurm refuses the job", first, remedy)
    for said, remedy in PBS_SAYS.items():
        place.command("qsub", f"cat <<'EOF' >&2\n{said}\nEOF\nexit 1")
        place.refused(place.submit("--on", "pbs", "--threads", "4", "--no-check", "small.py"), "PBS refuses the job", remedy)


def an_answer_without_an_id_is_no_success(place):
    for said in ["echo welcome to the cluster", "true", "echo 12 jobs; echo '{}'"]:
        place.sbatch(said)
        ended = place.slurm("--no-check", "small.py")
        expect(ended.returncode == 1 and "gave no job id" in ended.complained and "squeue --me" in ended.complained, ended.complained)
    place.command("qsub", "echo 'charged to geo'; echo 12.server")
    ended = place.submit("--on", "pbs", "--threads", "4", "--no-check", "small.py")
    expect(ended.said.endswith("PBS job 12.server\n"), f"{ended.said}{ended.complained}")


def a_machine_without_the_command_is_told(place):
    ended = place.submit("--on", "pbs", "--threads", "4", "--no-check", "small.py")
    place.refused(ended, "no command qsub here", "login node")


def a_silent_batch_system_is_not_waited_for(place):
    # By default it has a minute.
    place.variables = {"SWATH_BATCH_TIMEOUT": "2"}
    place.command("sbatch", "sleep 300")
    since = time.monotonic()
    ended = place.slurm("--no-check", "small.py")
    expect(ended.returncode == 1 and "gave no answer in 2 s" in ended.complained and "in the queue all the same" in ended.complained,
           ended.complained)
    expect(time.monotonic() - since < 20, "it took long all the same")
    expect(place.job("small").exists(), "what may be in the queue has no directory")


CASES = [
    what_a_dry_run_prints_is_what_is_submitted,
    a_job_leaves_what_it_was,
    names_are_given_once,
    a_job_waits_for_another_by_its_name,
    a_job_that_has_ended_is_nothing_to_wait_for,
    ranks_are_started_by_the_library_s_own_launcher,
    the_script_command_writes_what_can_be_submitted_by_hand,
    templates_may_be_the_users_own,
    the_readme_has_every_option,
    sites_have_defaults_queues_and_limits,
    options_behind_the_script_are_its_own_and_told,
    jobs_that_can_not_be_are_refused,
    scripts_that_would_fail_are_refused,
    refusals_are_told_with_a_remedy,
    an_answer_without_an_id_is_no_success,
    a_machine_without_the_command_is_told,
    a_silent_batch_system_is_not_waited_for,
]
def main():
    swath, pattern = cases.parse(__doc__)
    cases.run(CASES, pattern, {"": lambda directory: Place(swath, directory)})


if __name__ == "__main__":
    main()
