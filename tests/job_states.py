"""What `swath status`, `wait`, `cancel` and `resume` make of what batch systems answer, or don't: one case a claim.

    python tests/job_states.py [--swath PATH] [--only PATTERN]

The commands of Slurm, PBS and Torque are stood in for by little scripts on PATH that answer as the real ones do (Slurm
22.05, OpenPBS 23.06; their texts are those of the real ones), late, wrongly, or not at all. `tests/slurm.py` has the real one.
"""

import json
import os
import re
import subprocess
import time

import cases
from cases import expect

LIMIT_S = 60
QUICK = "import dask.array as da\nprint(float(da.ones((40, 40), chunks=20).sum().compute()))\n"

UNKNOWN = "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1"
# No job of any script, and none of an id.
NOTHING = f'case "$*" in *--me*) exit 0;; esac; {UNKNOWN}'
DOWN = "echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2; exit 1"
NO_ACCOUNTING = "echo 'Slurm accounting storage is disabled' >&2; exit 1"
NO_QSTAT = "echo 'qstat: Unknown Job Id 12.server' >&2; exit 153"


class Place:
    """A directory to submit jobs from, and one of commands that stand in for those of a batch system."""

    def __init__(self, swath, directory):
        self.swath, self.directory = swath, directory
        self.commands = directory / "commands"
        self.commands.mkdir()
        self.variables = {}
        (directory / "quick.py").write_text(QUICK)
        self.mock(sbatch="echo 17", squeue=NOTHING, sacct=NO_ACCOUNTING, scancel="exit 0", sinfo="exit 1", scontrol="exit 1")
        self.mock(qsub="echo 12.server", qstat=NO_QSTAT, qdel="exit 0", pbsnodes="exit 1")

    def mock(self, **commands):
        for name, body in commands.items():
            path = self.commands / name
            path.write_text(f"#!/bin/sh\n{body}\n")
            path.chmod(0o755)

    def unmock(self, name):
        (self.commands / name).unlink()

    def start(self, *words):
        # Where Slurm is installed, its commands aren't to be found.
        tools = self.directory / "tools"
        if not tools.exists():
            tools.mkdir()
            for tool in ["sh", "sleep", "cat", "echo", "test", "id"]:
                (tools / tool).symlink_to(f"/bin/{tool}")
        variables = {**os.environ, **self.variables, "PATH": f"{self.commands}:{tools}"}
        command = [str(self.swath), *map(str, words)]
        return subprocess.Popen(
            command, cwd=self.directory, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *words):
        process = self.start(*words)
        stdout, stderr = process.communicate(timeout=LIMIT_S)
        return process.returncode, stdout, stderr

    def submit(self, on="slurm", *words):
        geometry = ["--nodes", "1", "--ranks-per-node", "1", "--threads", "1", "--launcher", "none", "--time", "1h"]
        code, stdout, stderr = self.run("submit", "--on", on, *geometry, "--no-check", *words, "quick.py")
        expect(code == 0, f"{code} {stdout} {stderr}")

    def view(self):
        code, stdout, stderr = self.run("status", "--json", "quick")
        expect(code == 0, f"{code} {stdout} {stderr}")
        return json.loads(stdout)[0]

    def is_now(self, state, detail=""):
        view = self.view()
        expect(view["state"] == state and re.search(detail, view.get("detail") or ""), f"not {state}: {view}")

    def record(self, kind, exit_code=None, id="17"):
        """Adds what the job script would write."""
        line = {"kind": kind, "id": id, "index": None, "host": "n1", "time": int(time.time())}
        line |= {} if exit_code is None else {"exit_code": exit_code}
        with open(self.directory / ".swath/jobs/quick/attempts.jsonl", "a") as record:
            # The script's own form, without spaces.
            record.write(json.dumps(line, separators=(",", ":")) + "\n")

    def grow_old(self):
        """Has all that was recorded have happened long ago."""
        path = self.directory / ".swath/jobs/quick/attempts.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        path.write_text("".join(json.dumps({**line, "time": line["time"] - 5000}) + "\n" for line in lines))

    def outcome(self, ending, message=None):
        outcome = {"ending": ending, "exit_code": 0 if ending == "finished" else 1}
        outcome |= {} if message is None else {"message": message}
        (self.directory / ".swath/jobs/quick/run/outcome.json").write_text(json.dumps(outcome))


def a_job_that_is_not_listed_yet_is_pending(place):
    place.submit()
    place.is_now("pending", "Slurm doesn't list it yet")


def a_job_that_nobody_knows_any_more_is_unknown_and_not_finished(place):
    place.submit()
    place.grow_old()
    place.is_now("unknown", "doesn't know it .*no accounting.*never started")
    place.record("started")
    place.grow_old()
    place.is_now("unknown", "had started, and hasn't said how it ended")
    code, _, stderr = place.run("wait", "quick")
    expect(code == 1 and "unknown" in stderr, f"{code} {stderr}")
    _, stdout, _ = place.run("status", "quick")
    expect("swath resume quick" in stdout, stdout)


def a_job_that_has_ended_by_its_own_word_needs_no_batch_system(place):
    place.submit()
    place.record("started")
    place.record("ended", 0)
    place.outcome("finished")
    place.mock(squeue=DOWN)
    place.is_now("finished")
    expect(place.run("wait", "quick")[0] == 0, "it has finished")


def accounting_knows_what_the_controller_has_forgotten(place):
    place.submit()
    place.record("started")
    place.grow_old()
    for said, state, detail in [
        ("CANCELLED by 1000", "cancelled", ""),
        ("TIMEOUT", "stopped", "walltime was over"),
        ("NODE_FAIL", "stopped", "a node was lost"),
        ("OUT_OF_MEMORY", "failed", "more memory than it had"),
        ("FAILED", "failed", "ended with an error"),
    ]:
        place.mock(sacct=f"echo '17|{said}|n1'")
        place.is_now(state, detail)
    # Without accounting, a file of finished jobs may be there.
    place.mock(sacct=f'case "$*" in *--completion*) echo "17|CANCELLED|n1";; *) {NO_ACCOUNTING};; esac')
    place.is_now("cancelled")


def a_run_says_more_of_its_failure_than_the_batch_system(place):
    place.submit()
    place.record("started")
    place.outcome("failed", "rank 2 on n2 was lost: killed by signal 9")
    place.mock(squeue="echo '17|FAILED|n1|NonZeroExitCode'")
    place.is_now("failed", "rank 2 on n2")
    place.record("ended", 3)
    expect(place.run("wait", "quick")[0] == 3, "the exit code is the job's")


def what_a_job_says_while_the_batch_system_is_asked_counts(place):
    place.submit()
    place.record("started")
    place.outcome("drained")
    line = '{"kind":"ended","id":"17","index":null,"host":"n1","time":%d,"exit_code":75}' % time.time()
    place.mock(squeue=f"echo '{line}' >>.swath/jobs/quick/attempts.jsonl; echo '17|FAILED|n1|NonZeroExitCode'")
    code, _, stderr = place.run("wait", "quick")
    expect(code == 75 and "is stopped" in stderr, f"{code} {stderr}")


def a_job_that_was_submitted_again_may_wait_for_long(place):
    place.submit()
    place.record("started")
    place.record("resubmitted", id="18")
    place.record("ended", 0)
    place.grow_old()
    place.mock(squeue="echo '18|PENDING||Priority'")
    place.is_now("resubmitted", "Priority")
    code, _, stderr = place.run("resume", "quick")
    expect(code == 1 and "resubmitted" in stderr, f"{code} {stderr}")


def a_controller_that_is_down_says_nothing_of_the_job(place):
    place.submit()
    place.record("started")
    place.mock(squeue=DOWN, scancel=DOWN)
    for old in (False, True):
        if old:
            place.grow_old()
        place.is_now("unreachable", "Unable to contact slurm controller")
    code, _, stderr = place.run("wait", "--timeout", "3", "quick")
    expect(code == 124 and stderr.count("still waiting") == 1, f"{code} {stderr}")
    code, stdout, stderr = place.run("cancel", "quick")
    expect(code == 1 and "scancel fails" in stderr and "cancelled" not in stdout, f"{code} {stdout} {stderr}")
    code, _, stderr = place.run("resume", "quick")
    expect(code == 1 and "unreachable" in stderr, f"{code} {stderr}")
    place.mock(squeue="echo '17|RUNNING|n1|None'")
    place.is_now("running")


def waiting_outlasts_a_controller_that_is_down_for_a_while(place):
    place.submit()
    place.record("started")
    place.mock(squeue=DOWN)
    waiting = place.start("wait", "quick")
    time.sleep(2)
    expect(waiting.poll() is None, "it waits")
    place.mock(squeue="echo '17|RUNNING|n1|None'")
    time.sleep(3)
    expect(waiting.poll() is None, "it waits")
    place.record("ended", 0)
    _, stderr = waiting.communicate(timeout=LIMIT_S)
    expect(waiting.returncode == 0 and "finished" in stderr, f"{waiting.returncode} {stderr}")


def an_answer_that_cannot_be_read_is_no_answer(place):
    place.submit()
    for said in ["Welcome to the cluster!", "17|SLEEPING|n1|None", "17|RUNNING", "<html>"]:
        place.mock(squeue=f"echo '{said}'")
        place.is_now("unreachable", "can't be read")
    place.mock(squeue="kill -9 $$")
    place.is_now("unreachable", "squeue fails")
    place.unmock("squeue")
    place.is_now("unreachable", "no command squeue")


def what_users_set_for_squeue_changes_nothing(place):
    place.submit()
    place.mock(squeue='echo "${SQUEUE_FORMAT:-17|RUNNING|n1|None}"')
    place.variables = {"SQUEUE_FORMAT": "%A", "SQUEUE_STATES": "PENDING"}
    place.is_now("running")


def a_reason_that_ends_all_hope_is_explained(place):
    place.submit()
    for reason, meaning in [
        ("DependencyNeverSatisfied", "will never start"),
        ("PartitionTimeLimit", "will not start"),
        ("ReqNodeNotAvail, UnavailableNodes:n[1-2]", "down or reserved"),
        ("SomethingNew", "^SomethingNew$"),
    ]:
        place.mock(squeue=f"echo '17|PENDING||{reason}'")
        place.is_now("pending", meaning)


def a_job_that_was_lost_to_a_node_is_queued_again(place):
    place.submit()
    place.record("started")
    # The batch system ends the script, and puts the job into its queue again.
    place.record("ended", 143)
    place.mock(squeue="echo '17|PENDING||BeginTime'")
    place.is_now("resubmitted", "BeginTime")
    place.mock(squeue="echo '17|CANCELLED|n1|None'")
    place.is_now("cancelled")


def two_that_cancel_a_job_at_once_do_no_harm(place):
    place.submit()
    place.record("started")
    place.mock(squeue="echo '17|RUNNING|n1|None'", scancel='echo "$*" >>ended; sleep 0.5')
    both = [place.start("cancel", "quick") for _ in range(2)]
    said = [process.communicate(timeout=LIMIT_S) for process in both]
    expect([process.returncode for process in both] == [0, 0] and "17" in (place.directory / "ended").read_text(), said)
    place.record("ended", 143)
    place.is_now("cancelled")
    place.mock(scancel="echo 'scancel: error: Kill job error on job id 17: Job/step already completing or completed' >&2; exit 1")
    code, stdout, stderr = place.run("cancel", "quick")
    expect(code == 0 and "nothing to cancel" in stdout, f"{code} {stdout} {stderr}")


def jobs_are_found_by_name_and_id(place):
    place.submit()
    expect(place.run("status", "17")[0] == 0, "by its id")
    code, _, stderr = place.run("status", "other")
    expect(code == 1 and "there are: quick" in stderr, stderr)
    code, _, stderr = place.run("logs", "quick")
    expect(code == 1 and "no output yet" in stderr, stderr)
    for damage in ["", "{", "[]"]:
        (place.directory / ".swath/jobs/quick/job.json").write_text(damage)
        code, _, stderr = place.run("status", "quick")
        expect(code == 1 and "job.json can't be read" in stderr and "panic" not in stderr, stderr)
        code, stdout, stderr = place.run("status")
        expect(code == 0 and "job.json can't be read" in stderr, f"{code} {stdout} {stderr}")


def a_large_array_is_looked_at_in_no_time(place):
    place.submit("slurm", "--array", "0-4999")
    lines = [{"kind": kind, "id": f"17_{index}", "index": index, "host": "n1", "time": 1} for index in range(5000) for kind in ["started", "ended"]]
    with open(place.directory / ".swath/jobs/quick/attempts.jsonl", "a") as record:
        for line in lines:
            record.write(json.dumps({**line, "exit_code": 0} if line["kind"] == "ended" else line) + "\n")
    since = time.monotonic()
    code, stdout, stderr = place.run("status")
    expect(code == 0 and "5000 of the array" in stdout and "finished" in stdout, f"{code} {stdout} {stderr}")
    expect(time.monotonic() - since < 10, f"it took {time.monotonic() - since:.0f} s")


def pbs_is_read_as_it_answers(place):
    place.submit("pbs")
    place.is_now("pending", "PBS doesn't list it yet")

    def answers(**attributes):
        answer = {"timestamp": 1, "pbs_version": "23.06.06", "Jobs": {"12.server": attributes}}
        place.mock(qstat=f"cat <<'END'\n{json.dumps(answer)}\nEND")

    answers(job_state="Q", comment="Can Never Run: Insufficient amount of resource: ncpus (R: 99 A: 2 T: 2)")
    place.is_now("pending", "Can Never Run")
    answers(job_state="R", exec_host="n1/0*2")
    place.is_now("running")
    answers(job_state="F", Exit_status=271)
    place.is_now("cancelled")
    answers(job_state="F", Exit_status=-29)
    place.is_now("stopped", "walltime")
    answers(job_state="F", Exit_status=0)
    place.is_now("failed")
    place.outcome("finished")
    place.is_now("finished")
    place.outcome("drained")
    for said in ["echo 'pbs_connect: Connection refused' >&2; exit 111", "echo 'cannot connect to server' >&2; exit 255"]:
        place.mock(qstat=said)
        place.is_now("unreachable", "qstat fails")
    place.mock(qstat="echo '{\"Jobs\": {'")
    place.is_now("unreachable", "can't be read")


def torque_is_read_as_it_answers(place):
    place.submit("torque")
    for letter, state in [("Q", "pending"), ("H", "pending"), ("R", "running"), ("E", "running"), ("C", "failed")]:
        place.mock(qstat=f"printf 'Job Id: 12.server\\n    Job_Name = quick\\n    job_state = {letter}\\n    exit_status = 1\\n\\n'")
        place.is_now(state)
    place.mock(qstat="exit 153")
    place.grow_old()
    place.is_now("unknown")


CASES = [
    a_job_that_is_not_listed_yet_is_pending,
    a_job_that_nobody_knows_any_more_is_unknown_and_not_finished,
    a_job_that_has_ended_by_its_own_word_needs_no_batch_system,
    accounting_knows_what_the_controller_has_forgotten,
    a_run_says_more_of_its_failure_than_the_batch_system,
    what_a_job_says_while_the_batch_system_is_asked_counts,
    a_job_that_was_submitted_again_may_wait_for_long,
    a_controller_that_is_down_says_nothing_of_the_job,
    waiting_outlasts_a_controller_that_is_down_for_a_while,
    an_answer_that_cannot_be_read_is_no_answer,
    what_users_set_for_squeue_changes_nothing,
    a_reason_that_ends_all_hope_is_explained,
    a_job_that_was_lost_to_a_node_is_queued_again,
    two_that_cancel_a_job_at_once_do_no_harm,
    jobs_are_found_by_name_and_id,
    a_large_array_is_looked_at_in_no_time,
    pbs_is_read_as_it_answers,
    torque_is_read_as_it_answers,
]


def main():
    swath, pattern = cases.parse(__doc__)
    cases.run(CASES, pattern, {"": lambda directory: Place(swath, directory)})


if __name__ == "__main__":
    main()
