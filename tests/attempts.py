"""What a job script does with what happens to it: it is run as a batch system would, one case a claim.

    python tests/attempts.py [--swath PATH] [--only PATTERN]

The scripts are those that `swath script` writes. What they call is stood in for by little scripts on PATH: the batch
system's commands, and `mpirun`, which plays the run (but where a case says that it is real). `tests/slurm.py` has all of
it for real.
"""

import json
import os
import re
import signal
import subprocess
import time

import cases
from cases import expect

LIMIT_S = 180
QUICK = "import dask.array as da\nprint(float(da.ones((40, 40), chunks=20).sum().compute()))\n"
SHAPE = ["--nodes", "1", "--ranks-per-node", "2", "--threads", "1", "--no-check"]
# As mpirun is called, with the run directory among what it is given.
PLAY = """
words=" $* "
run=${words#* --run-dir } run=${run%% *}
ending() { printf '{"ending": "%s"}\\n' "$1" >"$run/outcome.json"; }
"""
FINISHES = "ending finished"
# Killed without a word, a run leaves its lock.
DIES = 'sleep 0.05; echo x >"$run/lock"; exit 137'
GETS_ON = f'echo done >>"$run/journal"; {DIES}'


class Place:
    """A directory with a job in it, and commands that stand in for those of a batch system."""

    def __init__(self, swath, directory):
        self.swath, self.directory = swath, directory
        self.commands = directory / "commands"
        self.commands.mkdir()
        (directory / "quick.py").write_text(QUICK)
        (directory / "nodes").write_text("n1\nn1\n")
        self.mock(sinfo="exit 0", scontrol="exit 1", sacct="exit 1", pbsnodes="exit 0", qstat="exit 1", sbatch="echo 18", qsub="echo 13.server")
        self.play(FINISHES)

    def mock(self, **commands):
        for name, body in commands.items():
            path = self.commands / name
            path.write_text(f'#!/bin/bash\nprintf "%s\\n" "$*" >>"{self.directory}/{name}.calls"\n{body}\n')
            path.chmod(0o755)

    def play(self, body):
        self.mock(mpirun=PLAY + body)

    def calls(self, name):
        path = self.directory / f"{name}.calls"
        return path.read_text().splitlines() if path.exists() else []

    def runs(self):
        """How the run was started, each time."""
        return [call for call in self.calls("mpirun") if "--run-dir" in call]

    def job(self, *words, on="slurm", name="quick"):
        """Writes a job's script."""
        shape = ["--no-check"] if "--launcher" in words else [*SHAPE, "--launcher", "mpirun"]
        command = [str(self.swath), "script", "--on", on, "--name", name, *shape, *words, "quick.py"]
        variables = {**os.environ, "PATH": f"{self.commands}:/usr/bin:/bin"}
        ended = subprocess.run(command, cwd=self.directory, env=variables, capture_output=True, text=True, timeout=LIMIT_S)
        expect(ended.returncode == 0, ended.stderr)

    def path(self, name="quick"):
        return self.directory / ".swath/jobs" / name

    def start(self, name="quick", **variables):
        environment = {
            "PATH": f"{self.commands}:/usr/bin:/bin", "HOME": str(self.directory), "SLURM_JOB_ID": "17", "SLURM_JOB_NODELIST": "n1",
            "PBS_JOBID": "12.server", "PBS_NODEFILE": str(self.directory / "nodes"), **variables,
        }
        with open(self.path(name) / "logs/all", "a") as output:
            return subprocess.Popen(["bash", str(self.path(name) / "job.sh")], cwd=self.directory, env=environment,
                                    stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)

    def run(self, name="quick", **variables):
        """Runs the job script; gives its exit code and what it has recorded."""
        code = self.start(name, **variables).wait(LIMIT_S)
        return code, self.kinds(name)

    def log(self, name="quick"):
        return "".join(path.read_text() for path in sorted((self.path(name) / "logs").iterdir()))

    def kinds(self, name="quick"):
        path = self.path(name) / "attempts.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [line["kind"] + (f" {line['exit_code']}" if "exit_code" in line else "") for line in lines]

    def why(self, name="quick"):
        """What `swath status` says of a job that has ended, without a question to its batch system."""
        command = [str(self.swath), "status", "--json", name]
        ended = subprocess.run(command, cwd=self.directory, capture_output=True, text=True, timeout=LIMIT_S)
        expect(ended.returncode == 0, ended.stderr)
        view = json.loads(ended.stdout)[0]
        return f"{view['state']}: {view.get('detail')}"

    def record(self, kind, id="17", index=None, exit_code=None, name="quick"):
        """Adds a line of the job's record, as others write it."""
        line = {"kind": kind, "id": id, "index": index, "host": "n1", "time": int(time.time())}
        line |= {} if exit_code is None else {"exit_code": exit_code}
        with open(self.path(name) / "attempts.jsonl", "a") as record:
            record.write(json.dumps(line, separators=(",", ":")) + "\n")


def whatever_ends_a_script_is_recorded(place):
    for name, words, code, said in [
        ("fails", ["--prologue", "false"], 1, "ended with exit code 1 in its prologue"),
        ("leaves", ["--prologue", "exit 0"], 1, "ended with exit code 1 in its prologue"),
        ("unset", ["--launcher-args", "-x $NO_SUCH_VARIABLE"], 127, "unbound variable"),
    ]:
        place.job(*words, name=name)
        expect(place.run(name) == (code, ["started", f"ended {code}"]), f"{name} {place.kinds(name)} {place.log(name)}")
        expect(said in place.log(name), place.log(name))
    expect(place.why("fails") == "failed: ended in its prologue", place.why("fails"))
    place.mock(module='[ "$2" = here ]')
    place.job("--module", "here", "--module", "there", name="modules")
    code, kinds = place.run("modules")
    expect(code == 1 and kinds == ["started", "ended 1"] and "there is no module there here" in place.log("modules"), place.log("modules"))
    expect(place.calls("module") == ["load here", "load there"] and not place.runs(), place.runs())


def a_prologue_may_use_variables_that_are_not_set(place):
    place.job("--prologue", 'echo "[$NO_SUCH_VARIABLE]"')
    expect(place.run() == (0, ["started", "ended 0"]), place.log())


def an_epilogue_that_fails_takes_nothing_back(place):
    place.job("--epilogue", "false", "--epilogue", "echo $NO_SUCH_VARIABLE; exit 3")
    expect(place.run() == (0, ["started", "ended 0"]), f"{place.kinds()} {place.log()}")
    expect("its epilogue ended with exit code 3" in place.log(), place.log())


def a_job_that_is_ended_before_its_run_does_not_run(place):
    place.job("--prologue", "touch began; sleep 1")
    script = place.start()
    while not (place.directory / "began").exists():
        time.sleep(0.05)
    script.send_signal(signal.SIGTERM)
    expect(script.wait(LIMIT_S) == 143 and place.kinds() == ["started", "ended 143"], place.log())
    expect(not place.runs(), "it ran")


def a_job_without_time_to_begin_is_submitted_again(place):
    place.job("--time", "1h")
    code, kinds = place.run(SLURM_JOB_END_TIME=str(int(time.time()) + 5))
    expect((code, kinds) == (0, ["started", "requeued", "resubmitted", "ended 0"]) and not place.runs(), place.log())


def memory_that_ran_out_on_any_node_is_not_tried_again(place):
    for number, said in enumerate(["slurmstepd: error: Detected 1 oom_kill event in StepId=17.0. Some of the step tasks have been OOM Killed.",
                                   "srun: error: n2: task 1: Out Of Memory", "Cgroup mem limit exceeded: oom-kill"]):
        name = f"large-{number}"
        place.play(f"echo '{said}' >&2; {DIES}")
        place.job(name=name)
        code, kinds = place.run(name)
        expect(code == 137 and kinds == ["started", "ended 137"] and "--memory" in place.log(name), f"{kinds} {place.log(name)}")
        expect(place.why(name) == "failed: killed for taking more memory than it was given", place.why(name))
    # What an attempt before has said doesn't count.
    place.play(GETS_ON)
    expect(place.run("large-0")[1][-2:] == ["resubmitted", "ended 0"], place.log("large-0"))


def slurm_knows_of_memory_that_ran_out_on_another_node(place):
    shows = lambda code: f"test $1 = show && echo 'JobId=17 JobState=RUNNING DerivedExitCode={code} RunTime=00:00:09'"
    for name, commands in {
        "step": {"scontrol": shows("0:125")},
        "accounting": {"sacct": "echo RUNNING; echo RUNNING; echo OUT_OF_MEMORY"},
    }.items():
        place.mock(scontrol="exit 1", sacct="exit 1")
        place.mock(**commands)
        place.play(DIES)
        place.job(name=name)
        code, kinds = place.run(name)
        expect(code == 137 and kinds == ["started", "ended 137"] and "more memory" in place.why(name), f"{kinds} {place.log(name)}")
    # Killed by somebody, it is a rank that was lost.
    place.mock(scontrol=shows("0:9"), sacct="echo RUNNING; echo CANCELLED")
    expect(place.run("step")[1][-2:] == ["resubmitted", "ended 0"] and "lost a rank" in place.log("step"), place.log("step"))


def a_rank_that_is_lost_again_and_again_is_given_up(place):
    place.job("--attempts", "9")
    place.play(GETS_ON)
    for _ in range(3):
        expect(place.run()[1][-2:] == ["resubmitted", "ended 0"], place.log())
    place.play(DIES)
    expect(place.run()[1][-2:] == ["resubmitted", "ended 0"], place.log())
    code, kinds = place.run()
    expect(code == 137 and kinds[-1] == "ended 137" and "got no further" in place.log(), f"{kinds} {place.log()}")
    expect("lost a rank twice" in (place.path() / "attempts.jsonl").read_text().splitlines()[-1], "it doesn't say why")


def a_failure_with_a_node_lost_is_tried_again(place):
    place.play("ending failed; exit 1")
    place.job()
    expect(place.run() == (1, ["started", "ended 1"]), place.log())
    place.mock(sinfo="echo n1")
    expect(place.run()[1][-2:] == ["resubmitted", "ended 0"] and "lost n1" in place.log(), place.log())
    place.mock(pbsnodes="echo 'n1.site  state-unknown,down'")
    place.job(on="pbs", name="pbs")
    expect(place.run("pbs")[1][-2:] == ["resubmitted", "ended 0"] and "lost n1" in place.log("pbs"), place.log("pbs"))


def a_controller_that_queues_the_job_late_gets_no_second_one(place):
    place.play("ending drained; exit 75")
    place.mock(scontrol="echo 'slurm_requeue error: Socket timed out on send/recv operation' >&2; exit 1")
    place.job()
    script = place.start()
    while not any("requeue" in call for call in place.calls("scontrol")):
        time.sleep(0.05)
    time.sleep(0.5)
    expect(script.poll() is None, place.log())
    # As Slurm ends a script whose job it queues again.
    os.killpg(script.pid, signal.SIGTERM)
    expect(script.wait(LIMIT_S) == 0 and place.kinds() == ["started", "requeued"], f"{place.kinds()} {place.log()}")
    expect(not place.calls("sbatch"), place.calls("sbatch"))
    # A refusal is certain.
    place.mock(scontrol="echo 'Requested operation is presently disabled for job 17' >&2; exit 1")
    expect(place.run()[1][-3:] == ["requeued", "resubmitted", "ended 0"] and len(place.calls("sbatch")) == 1, place.log())


def a_submission_without_an_answer_is_looked_for_in_the_queue(place):
    place.play("ending drained; exit 75")
    timeout = "echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2; exit 1"
    place.mock(sbatch=timeout, squeue=f"echo '17|N/A|{place.path()}/job.sh'; echo '9|N/A|/elsewhere/job.sh'; echo '21|N/A|{place.path()}/job.sh'")
    place.job()
    expect(place.run() == (0, ["started", "requeued", "resubmitted", "ended 0"]), f"{place.kinds()} {place.log()}")
    expect("submitted again as 21" in place.log() and len(place.calls("sbatch")) == 1, place.log())
    # A part of an array is told from the others.
    script = place.path("parts") / "job.sh"
    place.mock(squeue=f"echo '22|1|{script}'; echo '23|2|{script}'")
    place.job("--array", "0-3", name="parts")
    place.run("parts", SLURM_ARRAY_JOB_ID="17", SLURM_ARRAY_TASK_ID="2")
    expect("submitted again as 23" in place.log("parts"), place.log("parts"))
    # So is one of PBS.
    path = str(place.path("pbs"))
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    place.mock(qsub="echo 'qsub: Communication failure' >&2; exit 1", qselect=f'test "$*" = "-u {user}" && echo 12.server 14.server 15.server',
               qstat=f"case $2 in 15.server) printf '    Submit_arguments = {path[:20]}\n\t{path[20:]}/job.sh\n    queue = q\n';; *) echo '    Submit_arguments = /other{path}/job.sh';; esac")
    place.job("--time", "1h", on="pbs", name="pbs")
    expect(place.run("pbs") == (0, ["started", "resubmitted", "ended 0"]) and "again as 15.server" in place.log("pbs"), place.log("pbs"))
    # Nowhere to be found, it isn't there.
    place.mock(squeue="exit 0")
    expect(place.run()[1][-1] == "ended 75" and "can't be submitted" in place.log(), place.log())


def a_wrapper_that_hides_the_id_hides_no_job(place):
    place.play("ending drained; exit 75")
    place.mock(sbatch="echo welcome to the cluster", squeue=f"echo '21|N/A|{place.path()}/job.sh'")
    place.job()
    expect(place.run()[1][-2:] == ["resubmitted", "ended 0"] and "submitted again as 21" in place.log(), place.log())
    place.mock(qsub="echo welcome", qselect="echo 15.server", qstat=f"echo '    Submit_arguments = {place.path('pbs')}/job.sh'")
    place.job("--time", "1h", on="pbs", name="pbs")
    expect(place.run("pbs")[1][-2:] == ["resubmitted", "ended 0"] and "again as 15.server" in place.log("pbs"), place.log("pbs"))
    # No connection, no job.
    place.mock(sbatch="echo 'Unable to contact slurm controller (connect failure)' >&2; exit 1")
    (place.directory / "squeue.calls").unlink()
    expect(place.run()[1][-1] == "ended 75" and not place.calls("squeue"), place.log())


def memory_that_ran_out_is_found_in_much_output(place):
    place.play(f"echo 'srun: error: n2: task 1: Out Of Memory' >&2; seq 1 300000 >&2; {DIES}")
    place.job()
    expect(place.run() == (137, ["started", "ended 137"]) and "--memory" in place.log()[-400:], place.log()[-400:])


def an_open_mpi_without_pbs_is_told_how_to_reach_other_nodes(place):
    agent = 'echo "agent ${OMPI_MCA_plm_rsh_agent-} ${PRTE_MCA_plm_ssh_agent-}"\n'
    place.play(agent + FINISHES)
    two = ["--nodes", "2", "--ranks-per-node", "1", "--threads", "1", "--launcher", "mpirun", "--mpi", "openmpi"]
    place.mock(pbs_tmrsh="exit 0")
    # Open MPI 4 says so itself; of 5, PRRTE does.
    rsh, tm = "echo mca:plm:rsh:version", "echo mca:plm:tm:version"
    for number, (ompi, prte, knows) in enumerate([(rsh, "exit 127", False), (tm, "exit 127", True), ("true", tm, True), ("true", "echo mca:plm:ssh:version", False)]):
        name = f"two-{number}"
        place.mock(ompi_info=ompi, prte_info=prte)
        place.job(*two, on="pbs", name=name)
        expect(place.run(name)[0] == 0, place.log(name))
        start = str(place.path(name) / "start-on")
        is_told = f"--hostfile {place.directory}/nodes" in place.runs()[-1] and f"agent {start} {start}" in place.log(name)
        expect(is_told != knows and ("agent  \n" in place.log(name)) == knows, f"{ompi} {prte} {place.runs()[-1]} {place.log(name)}")


def ranks_are_bound_to_cores_of_their_own(place):
    # The launcher is real here, and says what it does.
    if (os.cpu_count() or 1) < 2:
        return "skipped, one core is all there is"
    (place.commands / "mpirun").unlink()
    root = ["--env", "OMPI_ALLOW_RUN_AS_ROOT=1", "--env", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"]
    shape = ["--nodes", "1", "--ranks-per-node", "2", "--threads", "1", "--launcher", "mpirun", "--mpi", "openmpi"]
    place.job(*shape, "--launcher-args", "--report-bindings", *root, on="pbs", name="bound")
    code, kinds = place.run("bound")
    expect(code == 0 and "1600.0" in place.log("bound"), f"{code} {kinds} {place.log('bound')}")
    bound = re.findall(r"rank (\d) bound to .*?core (\d+)", place.log("bound"))
    expect(len(bound) == 2 and len({core for _, core in bound}) == 2, place.log("bound"))
    expect("swath: 1 node, 2 ranks (1 compute), 1 thread" in place.log("bound") and "warning" not in place.log("bound"), place.log("bound"))


def attempts_count_from_when_the_user_submitted_the_job(place):
    place.job("--attempts", "1")
    expect(place.run() == (0, ["started", "ended 0"]), place.log())
    expect(place.run()[0] == 75, "it may run once only")
    # The job may start before whoever resumes it knows its id.
    place.record("submitting", "")
    expect(place.run()[0] == 0, place.log())
    place.record("resumed")
    expect(place.run()[0] == 75, place.log())


def the_walltime_of_a_queue_is_kept(place):
    place.mock(qstat="printf 'Job Id: 12.server\\n    Job_Name = quick\\n    Resource_List.walltime = 01:00:30\\n'")
    place.job(on="pbs")
    since = int(time.time())
    expect(place.run()[0] == 0, place.log())
    expect("--deadline" in place.runs()[0], place.log())
    told = place.runs()[0].split("--deadline ")[1].split()[0]
    command = ["date", "-d", told, "+%s"]
    left = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) - since
    expect(3595 <= left <= 3610, f"{left} s of an hour and a half minute")
    # Where nobody knows it, that is said.
    place.mock(qstat="exit 1")
    expect(place.run()[0] == 0 and "--deadline" not in place.runs()[1] and "--time" in place.log(), place.log())


def a_run_waits_for_one_that_was_killed_on_another_node(place):
    # The run is real here.
    place.job("--nodes", "1", "--ranks-per-node", "1", "--threads", "1", "--launcher", "none")
    lock = place.path() / "run/lock"
    lock.write_text(json.dumps({"host": "elsewhere", "process": 1, "process_start": 1, "job": "slurm 17"}))
    silent_since = time.time() - 115
    os.utime(lock, (silent_since, silent_since))
    since = time.monotonic()
    code, kinds = place.run()
    expect(code == 0 and kinds == ["started", "ended 0"] and "1600.0" in place.log(), f"{code} {kinds} {place.log()}")
    expect("resumed:" not in place.log(), "there was nothing to go on with")
    expect("process 1 on elsewhere (slurm 17)" in place.log() and time.monotonic() - since > 4, place.log())


CASES = [
    whatever_ends_a_script_is_recorded,
    a_prologue_may_use_variables_that_are_not_set,
    an_epilogue_that_fails_takes_nothing_back,
    a_job_that_is_ended_before_its_run_does_not_run,
    a_job_without_time_to_begin_is_submitted_again,
    memory_that_ran_out_on_any_node_is_not_tried_again,
    slurm_knows_of_memory_that_ran_out_on_another_node,
    a_rank_that_is_lost_again_and_again_is_given_up,
    a_failure_with_a_node_lost_is_tried_again,
    a_controller_that_queues_the_job_late_gets_no_second_one,
    a_submission_without_an_answer_is_looked_for_in_the_queue,
    a_wrapper_that_hides_the_id_hides_no_job,
    memory_that_ran_out_is_found_in_much_output,
    an_open_mpi_without_pbs_is_told_how_to_reach_other_nodes,
    ranks_are_bound_to_cores_of_their_own,
    attempts_count_from_when_the_user_submitted_the_job,
    the_walltime_of_a_queue_is_kept,
    a_run_waits_for_one_that_was_killed_on_another_node,
]


def main():
    swath, pattern = cases.parse(__doc__)
    cases.run(CASES, pattern, {"": lambda directory: Place(swath, directory)})


if __name__ == "__main__":
    main()
