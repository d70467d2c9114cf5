"""What becomes of submissions: without an answer, by hand, of a job that goes on. One case a claim.

    python tests/job_submissions.py [--swath PATH] [--only PATTERN]

The commands of batch systems are stood in for, as in `job_states.py`. No job may be in the queue twice.
"""

import json
import re
import subprocess
import time

import cases
from cases import expect
from job_states import DOWN, LIMIT_S, UNKNOWN, Place

SHAPE = ["--nodes", "1", "--ranks-per-node", "1", "--threads", "1", "--time", "1h", "--no-check"]
SILENT = "echo called >>submissions; sleep 60"
RUNS = "echo '18|RUNNING|n1|None'"


class Queue(Place):
    """A place whose batch system may keep silent where it is submitted to."""

    def job(self, file=""):
        return self.directory / ".swath/jobs/quick" / file

    def silent(self):
        self.variables = {"SWATH_BATCH_TIMEOUT": "5"}
        self.mock(sbatch=SILENT, qsub=SILENT)

    def submissions(self):
        calls = self.directory / "submissions"
        return len(calls.read_text().splitlines()) if calls.exists() else 0

    def squeue(self, found="", known=UNKNOWN):
        """What squeue says of all jobs with their scripts, and of a job."""
        found = found.replace("JOB", str(self.job("job.sh"))).replace("NOW", str(int(time.time())))
        self.mock(squeue=f"case \"$*\" in *--me*) printf '{found}';; *) {known};; esac")

    def send(self, on="slurm", *words):
        return self.run("submit", "--on", on, *SHAPE, *words, "quick.py")

    def kinds(self):
        lines = self.job("attempts.jsonl").read_text().splitlines()
        return [(line["kind"], line["id"]) for line in map(json.loads, lines) if line["kind"] != "submitting"]

    def count(self, kind):
        return sum(known == kind for known, _ in self.kinds())


def a_submission_without_an_answer_is_looked_for_in_the_queue(place):
    place.silent()
    place.squeue(found="17|NOW|/elsewhere/.swath/jobs/quick/job.sh\\n18|NOW|JOB\\n", known=RUNS)
    code, stdout, stderr = place.send()
    expect(code == 0 and stdout == "quick: Slurm job 18\n" and "in the queue all the same" in stderr, f"{code} {stdout} {stderr}")
    expect(place.kinds() == [("first", "18")] and place.submissions() == 1, place.kinds())
    place.is_now("running")


def a_wrapper_that_hides_the_id_hides_no_job(place):
    place.mock(sbatch="echo welcome to the cluster")
    place.squeue(found="18|NOW|JOB\\n", known=RUNS)
    code, stdout, stderr = place.send("slurm", "--array", "0-3")
    expect(code == 0 and "gave no job id" in stderr and place.kinds() == [("first", "18")], f"{code} {stdout} {stderr}")
    place.mock(squeue="printf '18_0|RUNNING|n1|None\\n18_[1-3]|PENDING||Resources\\n'")
    code, stdout, _ = place.run("status", "--json", "quick[0]")
    expect(code == 0 and json.loads(stdout)[0]["state"] == "running", stdout)


def a_job_that_gets_there_later_is_found_by_whoever_asks(place):
    place.silent()
    place.squeue()
    code, _, stderr = place.send()
    expect(code == 1 and "no answer in 5 s" in stderr and "swath status looks for it" in stderr, f"{code} {stderr}")
    place.is_now("pending", "is being submitted")
    place.squeue(found="18|NOW|JOB\\n", known="echo '18|PENDING||Resources'")
    both = [place.start("status", "--json", "quick") for _ in range(2)]
    for process in both:
        stdout, stderr = process.communicate(timeout=LIMIT_S)
        view = json.loads(stdout)[0]
        expect((view["state"], view["id"]) == ("pending", "18") and "Resources" in view["detail"], f"{view} {stderr}")
    expect(place.kinds() == [("first", "18")], place.kinds())
    # What waits for it waits for that id.
    place.mock(sbatch='echo "$*" >>words; echo 19')
    code, _, stderr = place.run("submit", "--on", "slurm", *SHAPE, "--name", "after", "--after", "quick", "quick.py")
    expect(code == 0 and "--dependency=afterok:18" in (place.directory / "words").read_text(), f"{code} {stderr}")
    place.mock(scancel='echo "$*" >cancelled')
    expect(place.run("cancel", "quick")[0] == 0 and (place.directory / "cancelled").read_text() == "18\n", "scancel")


def what_waits_for_a_job_finds_it_too(place):
    place.silent()
    place.squeue()
    expect(place.send()[0] == 1, "an answer")
    place.squeue(found="18|NOW|JOB\\n")
    place.mock(sbatch='echo "$*" >>words; echo 19')
    code, _, stderr = place.run("submit", "--on", "slurm", *SHAPE, "--name", "after", "--after", "quick:any", "quick.py")
    expect(code == 0 and "--dependency=afterany:18" in (place.directory / "words").read_text(), f"{code} {stderr}")


def a_queue_that_can_not_be_asked_is_no_empty_queue(place):
    place.silent()
    place.mock(squeue=DOWN)
    expect(place.send()[0] == 1, "an answer")
    place.grow_old()
    place.is_now("unreachable", "Unable to contact slurm controller")
    for answer in ["echo 'Welcome!'", "echo 18", "kill -9 $$"]:
        place.mock(squeue=answer)
        place.is_now("unreachable")
    code, _, stderr = place.run("resume", "quick")
    expect(code == 1 and "try again when the batch system answers" in stderr and place.submissions() == 1, f"{code} {stderr}")
    code, stdout, _ = place.run("cancel", "quick")
    expect(code == 0 and "is unreachable, and which id it has isn't known" in stdout and place.job("cancelled").exists(), stdout)
    place.squeue(found="18|NOW|JOB\\n", known=RUNS)
    place.is_now("running")


def a_job_that_is_in_no_queue_can_be_submitted_again(place):
    place.submit()
    place.record("started")
    place.record("ended", 75)
    place.is_now("stopped")
    place.silent()
    # The job's earlier life is still listed.
    place.squeue(found="17|NOW|JOB\\n")
    code, _, stderr = place.run("resume", "quick")
    expect(code == 1 and "no answer in 5 s" in stderr and "in the queue all the same" in stderr, f"{code} {stderr}")
    # A moment ago, it may still get there.
    place.is_now("pending", "is being submitted")
    expect(place.run("resume", "quick")[0] == 1 and place.submissions() == 1, "it was submitted twice")
    place.grow_old()
    place.is_now("unknown", "gave no answer when it was submitted, and lists no job of its script")
    _, stdout, _ = place.run("status", "quick")
    expect("squeue --me" in stdout and "swath resume quick" in stdout, stdout)
    place.variables = {}
    place.mock(sbatch="echo 18")
    expect(place.run("resume", "quick")[0] == 0 and place.kinds()[-1] == ("resumed", "18"), place.kinds())


def a_job_without_an_answer_says_itself_that_it_runs(place):
    place.silent()
    place.squeue()
    expect(place.send()[0] == 1, "an answer")
    place.record("started", id="18")
    place.squeue(known=RUNS)
    place.is_now("running")


def jobs_of_pbs_are_found_by_what_they_were_submitted_with(place):
    place.silent()
    script = str(place.job("job.sh"))
    jobs = {
        "11.server": {"Job_Name": "quick", "job_state": "R", "Submit_arguments": "/elsewhere" + script},
        "12.server": {"Job_Name": "quick", "job_state": "Q", "comment": "Not Running", "Submit_arguments": f"-W depend=afterok:3 {script}"},
    }
    answer = json.dumps({"timestamp": 1, "pbs_version": "23.06.06", "Jobs": jobs})
    one = json.dumps({"timestamp": 1, "pbs_version": "23.06.06", "Jobs": {"12.server": jobs["12.server"]}})
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    place.mock(qselect=f'test "$*" = "-u {user}" && echo 11.server && echo 12.server',
               qstat=f"case \"$*\" in *11.server*) cat <<'END'\n{answer}\nEND\n;; *) cat <<'END'\n{one}\nEND\n;; esac")
    code, stdout, stderr = place.send("pbs")
    expect(code == 0 and stdout == "quick: PBS job 12.server\n", f"{code} {stdout} {stderr}")
    place.is_now("pending", "Not Running")


def jobs_of_torque_are_found_without_qselect(place):
    place.silent()
    script = str(place.job("job.sh"))
    words = f"-W depend=afterok:3 {script}"
    text = f"Job Id: 12.server\n    Job_Name = quick\n    job_state = R\n    submit_args = {words[:30]}\n\t{words[30:]}\n    Walltime.Remaining = 3600\n"
    place.mock(qstat=f"cat <<'END'\n{text}\nEND")
    code, stdout, stderr = place.send("torque")
    expect(code == 0 and stdout == "quick: Torque job 12.server\n", f"{code} {stdout} {stderr}")
    place.is_now("running")
    # Who says nothing of it can't be relied on.
    place.record("ended", 75, id="12.server")
    hides = "printf 'Job Id: 13.server\\n    Job_Name = quick\\n    job_state = R\\n'"
    place.mock(qsub=f"cat >{place.commands}/qstat <<'END'\n#!/bin/sh\n{hides}\nEND\n{SILENT}")
    expect(place.run("resume", "quick")[0] == 1, "an answer")
    place.grow_old()
    place.is_now("unreachable", "without what it was submitted with")


def a_job_of_somebody_else_is_none_of_ours(place):
    place.silent()
    script = str(place.job("job.sh"))
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    block = "Job Id: {}.server\n    Job_Name = quick\n    Job_Owner = {}@login1\n    job_state = R\n{}\n"
    # One says what it was submitted with, another hides it.
    others = block.format(14, "somebody", f"    submit_args = {script}\n") + block.format(15, "somebody", "")
    own = block.format(12, user, f"    submit_args = {script}\n")
    place.mock(qstat=f"cat <<'END'\n{own}{others}\nEND")
    code, stdout, stderr = place.send("torque")
    expect(code == 0 and stdout == "quick: Torque job 12.server\n", f"{code} {stdout} {stderr}")


def a_job_that_has_ended_hides_nothing(place):
    place.submit("torque")
    place.record("ended", 75, id="12.server")
    # Slurm's own qstat doesn't say what jobs were submitted with.
    place.mock(qstat="printf 'Job Id: 12.server\\n    Job_Name = quick\\n    job_state = C\\n'", qsub="echo 13.server")
    code, stdout, stderr = place.run("resume", "quick")
    expect(code == 0 and stdout == "quick: Torque job 13.server\n", f"{code} {stdout} {stderr}")


def a_namesake_that_was_removed_is_not_taken_for_the_job(place):
    place.silent()
    long_ago = int(time.time()) - 5000
    place.squeue(found=f"18|NOW|JOB\\n30|{long_ago}|JOB\\n", known="echo '18|PENDING||Resources'")
    code, stdout, stderr = place.send()
    expect(code == 0 and stdout == "quick: Slurm job 18\n", f"{code} {stdout} {stderr}")


def of_several_the_newest_is_the_job(place):
    place.silent()
    now = int(time.time())
    place.squeue(found=f"18|{now + 9}|JOB\\n17|{now}|JOB\\n9|{now + 9}|JOB\\n", known="echo '18|PENDING||Resources'")
    code, stdout, stderr = place.send()
    expect(code == 0 and stdout == "quick: Slurm job 18\n", f"{code} {stdout} {stderr}")


def jobs_of_an_array_that_have_started_do_not_hide_its_id(place):
    place.silent()
    place.squeue()
    expect(place.send("slurm", "--array", "0-3")[0] == 1, "an answer")
    with open(place.job("attempts.jsonl"), "a") as record:
        line = {"kind": "started", "id": "18_1", "index": 1, "host": "n1", "time": int(time.time())}
        record.write(json.dumps(line, separators=(",", ":")) + "\n")
    place.squeue(found="18|NOW|JOB\\n", known="printf '18_1|RUNNING|n1|None\\n18_[0,2-3]|PENDING||Resources\\n'")
    code, stdout, stderr = place.run("status", "--json", "quick")
    ids = [view["id"] for view in json.loads(stdout)]
    expect(code == 0 and ids == ["18_0", "18_1", "18_2", "18_3"] and place.count("first") == 1, f"{ids} {place.kinds()} {stderr}")


def one_of_an_array_can_not_be_cancelled_without_its_id(place):
    place.silent()
    place.squeue()
    expect(place.send("slurm", "--array", "0-3")[0] == 1, "an answer")
    code, stdout, stderr = place.run("cancel", "quick[2]")
    expect(code == 1 and "which id it has isn't known" in stderr and "swath cancel quick" in stderr, f"{code} {stdout} {stderr}")
    expect(not place.job("cancelled").exists(), "all of it is cancelled")


def a_job_that_is_in_the_queue_is_not_submitted_again(place):
    place.submit()
    # The script's own submission got no answer, and the job was listed late.
    place.record("started")
    place.record("ended", 75)
    place.is_now("stopped")
    place.mock(sbatch="echo called >>submissions; echo 19")
    for known in ["echo '18|PENDING||Resources'", RUNS]:
        place.squeue(found="17|NOW|JOB\\n18|NOW|JOB\\n", known=known)
        code, _, stderr = place.run("resume", "quick")
        expect(code == 1 and "in the queue already, as 18" in stderr and "scancel 18" in stderr, f"{code} {stderr}")
    # Who can't say so is no empty queue.
    place.mock(squeue=DOWN)
    code, _, stderr = place.run("resume", "quick")
    expect(code == 1 and "can't be told" in stderr and place.submissions() == 0, f"{code} {stderr}")
    # What is over, and another life of this job, are in no queue.
    place.squeue(found="17|NOW|JOB\\n18|NOW|JOB\\n", known="echo '18|CANCELLED||None'")
    code, _, stderr = place.run("resume", "quick")
    expect(code == 0 and place.submissions() == 1, f"{code} {stderr}")


def a_job_that_waits_by_hand_is_not_submitted_again(place):
    expect(place.run("script", "--on", "slurm", *SHAPE, "--array", "0-1", "quick.py")[0] == 0, "no script")
    place.squeue(found="23|NOW|JOB\\n", known="printf '23_0|COMPLETED|n1|None\\n23_1|PENDING||Resources\\n'")
    code, _, stderr = place.run("resume", "quick")
    expect(code == 1 and "in the queue already, as 23" in stderr, f"{code} {stderr}")


def a_resumed_job_is_a_new_one_in_the_same_directory(place):
    place.submit()
    place.record("started")
    place.record("ended", 75)
    place.outcome("drained")
    place.is_now("stopped")
    place.mock(sbatch="echo 18")
    code, stdout, stderr = place.run("resume", "--time", "2h", "quick")
    expect(code == 0 and "18" in stdout, f"{code} {stderr}")
    place.is_now("pending")
    expect(place.view()["id"] == "18", place.view())
    script = (place.directory / ".swath/jobs/quick/job.sh").read_text()
    expect("#SBATCH --time=02:00:00" in script, script)
    code, _, stderr = place.run("resume", "quick")
    expect(code == 1 and "not over" in stderr, f"{code} {stderr}")


def of_two_that_resume_a_job_at_once_one_does(place):
    place.submit()
    place.record("ended", 75)
    place.mock(sbatch="sleep 1; echo 18")
    both = [place.start("resume", "quick") for _ in range(2)]
    said = [process.communicate(timeout=LIMIT_S) for process in both]
    expect(sorted(process.returncode for process in both) == [0, 1], said)
    lines = (place.directory / ".swath/jobs/quick/attempts.jsonl").read_text()
    expect(lines.count('"resumed"') == 1, lines)


def a_refusal_leaves_the_job_as_it_was(place):
    place.submit()
    place.record("ended", 75)
    before = (place.directory / ".swath/jobs/quick/job.json").read_text()
    place.mock(sbatch="echo 'sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified' >&2; exit 1")
    code, _, stderr = place.run("resume", "--nodes", "1", "--time", "3h", "quick")
    expect(code == 1 and "account" in stderr, f"{code} {stderr}")
    expect((place.directory / ".swath/jobs/quick/job.json").read_text() == before, "the record has changed")
    place.is_now("stopped")


def a_job_that_was_submitted_by_hand_has_the_id_that_it_says(place):
    expect(place.run("script", "--on", "slurm", *SHAPE, "quick.py")[0] == 0, "no script")
    place.is_now("unknown", "by hand")
    _, stdout, _ = place.run("status", "quick")
    expect("squeue --me" in stdout and "goes on" not in stdout, stdout)
    place.record("started", id="23")
    place.mock(squeue="echo '23|RUNNING|n1|None'")
    place.is_now("running")
    expect(place.view()["id"] == "23", place.view())
    code, _, stderr = place.run("resume", "quick")
    expect(code == 1 and "is running, not over" in stderr, f"{code} {stderr}")
    place.record("ended", 0, id="23")
    place.is_now("finished")
    # By hand once more.
    place.record("started", id="24")
    place.mock(squeue="echo '24|RUNNING|n1|None'")
    place.is_now("running")


def a_resumed_job_has_the_template_that_it_had(place):
    (place.directory / "mine.sh").write_text("#!/bin/bash\n# mine, {{ nodes }} nodes\n")
    place.submit("slurm", "--template", "mine.sh")
    place.record("ended", 75)
    (place.directory / "mine.sh").unlink()
    code, _, stderr = place.run("resume", "--time", "2h", "quick")
    script = (place.directory / ".swath/jobs/quick/job.sh").read_text()
    expect(code == 0 and script == "#!/bin/bash\n# mine, 1 nodes\n", f"{code} {stderr} {script}")


def a_job_of_one_process_is_resumed_on_several_ranks(place):
    expect(place.send()[0] == 0 and "launcher" not in place.job("job.sh").read_text().split("swath run")[0], "one needs no launcher")
    place.record("ended", 75)
    code, _, stderr = place.run("resume", "--nodes", "3", "quick")
    expect(code == 0 and re.search(r"\n(mpirun|mpiexec) -n 3 ", place.job("job.sh").read_text()), f"{code} {stderr}")


def that_nothing_starts_ranks_is_kept_where_it_was_said(place):
    place.submit()
    place.record("ended", 75)
    before = place.job("job.sh").read_text()
    code, _, stderr = place.run("resume", "--nodes", "3", "quick")
    expect(code == 1 and "3 ranks need a launcher" in stderr and "--launcher" in stderr, f"{code} {stderr}")
    expect(place.job("job.sh").read_text() == before, "the job script has changed")
    place.mock(srun="echo pmi2; echo pmix; echo none", sbatch="echo 18")
    code, _, stderr = place.run("resume", "--nodes", "3", "--launcher", "srun", "quick")
    script = place.job("job.sh").read_text()
    expect(code == 0 and "\nsrun --ntasks=3 " in script and "--mpi=pm" in script, f"{code} {stderr} {script}")
    expect("left out" not in stderr, stderr)
    # From now on that is what was said.
    place.record("ended", 75, id="18")
    code, _, stderr = place.run("resume", "--nodes", "2", "quick")
    expect(code == 0 and "\nsrun --ntasks=2 " in place.job("job.sh").read_text(), f"{code} {stderr}")


def what_was_given_to_a_launcher_is_not_given_to_another(place):
    code, _, stderr = place.run("submit", "--on", "slurm", "--nodes", "2", "--ranks-per-node", "1", "--threads", "1", "--time", "1h", "--no-check",
                                "--launcher", "mpirun", "--mpi", "openmpi", "--launcher-args", "--report-bindings", "quick.py")
    expect(code == 0 and "--report-bindings" in place.job("job.sh").read_text(), f"{code} {stderr}")
    place.record("ended", 75)
    place.mock(srun="echo pmix", sbatch="echo 18")
    code, _, stderr = place.run("resume", "--launcher", "srun", "quick")
    expect(code == 0 and "given to mpirun is left out with it: --report-bindings" in stderr, f"{code} {stderr}")
    expect("--report-bindings" not in place.job("job.sh").read_text(), "srun has it")


CASES = [
    a_submission_without_an_answer_is_looked_for_in_the_queue,
    a_wrapper_that_hides_the_id_hides_no_job,
    a_job_that_gets_there_later_is_found_by_whoever_asks,
    what_waits_for_a_job_finds_it_too,
    a_queue_that_can_not_be_asked_is_no_empty_queue,
    a_job_that_is_in_no_queue_can_be_submitted_again,
    a_job_without_an_answer_says_itself_that_it_runs,
    jobs_of_pbs_are_found_by_what_they_were_submitted_with,
    jobs_of_torque_are_found_without_qselect,
    a_job_of_somebody_else_is_none_of_ours,
    a_job_that_has_ended_hides_nothing,
    a_namesake_that_was_removed_is_not_taken_for_the_job,
    of_several_the_newest_is_the_job,
    jobs_of_an_array_that_have_started_do_not_hide_its_id,
    one_of_an_array_can_not_be_cancelled_without_its_id,
    a_job_that_is_in_the_queue_is_not_submitted_again,
    a_job_that_waits_by_hand_is_not_submitted_again,
    a_resumed_job_is_a_new_one_in_the_same_directory,
    of_two_that_resume_a_job_at_once_one_does,
    a_refusal_leaves_the_job_as_it_was,
    a_job_that_was_submitted_by_hand_has_the_id_that_it_says,
    a_resumed_job_has_the_template_that_it_had,
    a_job_of_one_process_is_resumed_on_several_ranks,
    that_nothing_starts_ranks_is_kept_where_it_was_said,
    what_was_given_to_a_launcher_is_not_given_to_another,
]


def main():
    swath, pattern = cases.parse(__doc__)
    cases.run(CASES, pattern, {"": lambda directory: Queue(swath, directory)})


if __name__ == "__main__":
    main()
