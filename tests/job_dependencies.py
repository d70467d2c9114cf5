"""What jobs do that wait for others, which may have been submitted again meanwhile: one case a claim.

    python tests/job_dependencies.py [--swath PATH] [--only PATTERN]

Job scripts are run as in `attempts.py`, whose commands stand in for those of a batch system.
"""

import subprocess

import cases
from attempts import Place
from cases import expect


def upstream(place, *words, on="slurm"):
    """A job that others are told to wait for by the id that it has first."""
    place.job(*words, name="first", on=on)
    place.record("first", name="first")
    place.record("started", name="first")


def what_waits_for_a_job_that_was_cut_off_does_so_once(place):
    upstream(place)
    place.job("--after", "first:any")
    place.record("resubmitted", "18", name="first")
    # Killed, 18 says nothing of its end.
    place.record("started", "18", name="first")
    place.mock(sbatch="echo 19")
    expect(place.run() == (0, ["resubmitted"]), place.log())
    expect("--dependency=afterany:18" in place.calls("sbatch")[0], place.calls("sbatch"))
    code, kinds = place.run(SLURM_JOB_ID="19")
    expect(code == 0 and kinds == ["resubmitted", "started", "ended 0"], f"{kinds} {place.log()}")
    expect(len(place.calls("sbatch")) == 1, place.calls("sbatch"))
    # One more id is one more to wait for.
    place.record("resubmitted", "20", name="first")
    place.run(SLURM_JOB_ID="19")
    expect("--dependency=afterany:20" in place.calls("sbatch")[-1], place.calls("sbatch"))


def what_can_not_wait_says_so(place):
    upstream(place)
    place.job("--after", "first")
    place.record("resubmitted", "18", name="first")
    place.mock(sbatch="echo 'sbatch: error: down' >&2; exit 1")
    expect(place.run() == (75, ["ended 75"]), f"{place.kinds()} {place.log()}")
    expect("can't wait" in place.log() and "swath resume quick" in place.log(), place.log())


def what_waits_for_an_array_waits_for_its_parts_that_were_submitted_again(place):
    place.job("--array", "0-3", on="pbs", name="first")
    place.record("first", "6[].server", name="first")
    place.job("--after", "first", on="pbs")
    expect("\nafter afterok '6[].server' " in (place.path() / "job.sh").read_text(), "it doesn't look for them")
    for index in (1, 3):
        place.record("resubmitted", f"{6 + index}.server", index, name="first")
        place.record("ended", f"6[{index}].server", index, 0, name="first")
    expect(place.run()[1] == ["resubmitted"], place.log())
    expect(sorted(place.calls("qsub")[0].split()[1].split("=")[1].split(":")) == ["7.server", "9.server", "afterok"], place.calls("qsub"))
    place.record("ended", "7.server", 1, 0, name="first")
    place.record("ended", "9.server", 3, 1, name="first")
    code, kinds = place.run(PBS_JOBID="13.server")
    expect(code == 1 and kinds[-1] == "ended 1" and "job 9.server" in place.log(), place.log())


def dependent(place, condition, *words, on="pbs", name="dependent"):
    """A job that waits for the one named first; gives the lines of its script and of its submission that say so."""
    place.job("--after", f"first:{condition}", *words, on=on, name=name)
    script = (place.path(name) / "job.sh").read_text()
    return next(line for line in script.splitlines() if line.startswith("after ")), script.splitlines()[4]


def a_failure_is_looked_for_when_the_job_has_ended(place):
    # Submitted again, the first ends well under its first id, whatever comes of it.
    place.job(on="pbs", name="first")
    place.record("first", "12.server", name="first")
    looked, submitted = dependent(place, "fail")
    expect(looked.startswith("after afternotok 12.server ") and looked.endswith(" 1") and "depend=afterany:12.server" in submitted, f"{looked} {submitted}")
    place.record("started", "12.server", name="first")
    place.record("resubmitted", "13.server", name="first")
    place.record("ended", "12.server", exit_code=0, name="first")
    place.mock(qsub="echo 20.server")
    expect(place.run("dependent", PBS_JOBID="19.server") == (0, ["resubmitted"]), place.log("dependent"))
    expect("depend=afterany:13.server" in place.calls("qsub")[-1], place.calls("qsub"))
    # It fails, and the job runs.
    place.record("ended", "13.server", exit_code=1, name="first")
    expect(place.run("dependent", PBS_JOBID="20.server")[1][-1] == "ended 0" and len(place.runs()) == 1, place.log("dependent"))


def what_is_for_a_failure_does_not_run_without_one(place):
    place.job(on="slurm", name="first")
    place.record("first", name="first")
    dependent(place, "fail", on="slurm")
    place.record("ended", exit_code=0, name="first")
    expect(place.run("dependent") == (1, ["ended 1"]) and not place.runs(), place.log("dependent"))
    expect("ended without an error" in place.why("dependent"), place.why("dependent"))
    # Killed without a word, or with one, the first has failed.
    for name, code in [("killed", None), ("failed", 3), ("cancelled", 143)]:
        (place.path("first") / "attempts.jsonl").unlink()
        place.record("first", name="first")
        dependent(place, "fail", on="slurm", name=name)
        if code is not None:
            place.record("ended", exit_code=code, name="first")
        expect(place.run(name)[1][-1] == "ended 0", f"{name} {place.log(name)}")


def an_array_fails_where_one_of_its_jobs_does(place):
    place.job("--array", "0-2", on="slurm", name="first")
    place.record("first", "17", name="first")
    looked, _ = dependent(place, "fail", on="slurm")
    expect(looked.endswith(" 3"), looked)
    record = place.path("first") / "attempts.jsonl"

    def ends(name, *lines):
        record.unlink()
        place.record("first", "17", name="first")
        for kind, id, index, code in lines:
            place.record(kind, id, index, code, name="first")
        dependent(place, "fail", on="slurm", name=name)
        return place.run(name, SLURM_JOB_ID="30")[1][-1]

    good = [("ended", "17_0", 0, 0), ("ended", "17_1", 1, 0)]
    expect(ends("all-well", *good, ("ended", "17_2", 2, 0)) == "ended 1", place.log("all-well"))
    expect(ends("one-failed", *good, ("ended", "17_2", 2, 1)) == "ended 0", place.log("one-failed"))
    expect(ends("one-killed", *good) == "ended 0", place.log("one-killed"))
    # One was submitted again, and another one has failed.
    again = [("ended", "17_0", 0, 0), ("resubmitted", "18", 0, None), ("ended", "18_0", 0, 0)]
    expect(ends("other-failed", *again, ("ended", "17_1", 1, 0), ("ended", "17_2", 2, 1)) == "ended 0", place.log("other-failed"))
    expect(ends("again-well", *again, ("ended", "17_1", 1, 0), ("ended", "17_2", 2, 0)) == "ended 1", place.log("again-well"))
    failed_again = [("ended", "17_0", 0, 0), ("resubmitted", "18", 0, None), ("ended", "18_0", 0, 2)]
    expect(ends("again-failed", *failed_again, ("ended", "17_1", 1, 0), ("ended", "17_2", 2, 0)) == "ended 0", place.log("again-failed"))


def a_resumed_array_is_waited_for_anew(place):
    place.job("--array", "0-1", on="slurm", name="first")
    place.record("first", "17", name="first")
    dependent(place, "fail", on="slurm")
    for index in range(2):
        place.record("ended", f"17_{index}", index, 75, name="first")
    place.record("resumed", "25", name="first")
    place.mock(sbatch="echo 31")
    expect(place.run("dependent", SLURM_JOB_ID="30")[1] == ["resubmitted"] and "afterany:25" in place.calls("sbatch")[-1], place.log("dependent"))
    for index in range(2):
        place.record("ended", f"25_{index}", index, 0, name="first")
    expect(place.run("dependent", SLURM_JOB_ID="31")[1][-1] == "ended 1", place.log("dependent"))
    # All of it over, nothing is left to wait for.
    dependent(place, "ok", on="slurm", name="late")
    expect(place.run("late", SLURM_JOB_ID="40")[1] == ["started", "ended 0"], place.log("late"))


def what_waits_knows_jobs_by_what_they_say_themselves(place):
    place.job(name="first")
    place.record("first", name="first")
    place.job("--after", "first")

    def is_now(ending, *lines):
        (place.path("first") / "attempts.jsonl").unlink()
        for kind, id, *code in lines:
            place.record(kind, id, None, *code, name="first")
        place.mock(sbatch="echo 31")
        kinds = place.run(SLURM_JOB_ID="30")[1]
        expect(kinds[-1] == ending, f"{lines} {kinds} {place.log()}")

    # Whoever submitted it hasn't written down its id, or never had it.
    is_now("ended 0", ("submitting", ""), ("started", "17"), ("ended", "17", 0))
    is_now("ended 1", ("submitting", ""), ("started", "17"), ("ended", "17", 1))
    before = [("submitting", ""), ("first", "17"), ("started", "17"), ("ended", "17", 75), ("submitting", "")]
    is_now("ended 0", *before, ("started", "25"), ("ended", "25", 0))
    is_now("ended 1", *before, ("started", "25"), ("ended", "25", 3), ("resumed", "25"))
    # It was submitted again even before that.
    is_now("resubmitted", *before, ("started", "25"), ("resubmitted", "26"), ("ended", "25", 0), ("resumed", "25"))
    expect("afterok:26" in place.calls("sbatch")[-1], place.calls("sbatch"))
    # A submission that was refused changes nothing.
    is_now("ended 0", *before[:3], ("ended", "17", 0), ("submitting", ""), ("refused", ""))
    # By hand.
    is_now("ended 0", ("started", "17"), ("ended", "17", 1), ("started", "23"), ("ended", "23", 0))


def what_waits_knows_an_array_by_its_jobs(place):
    place.job("--array", "0-1", on="slurm", name="first")
    place.record("first", "17", name="first")
    dependent(place, "ok", on="slurm")
    for index in range(2):
        place.record("ended", f"17_{index}", index, 75, name="first")
    place.record("submitting", "", name="first")
    for index in range(2):
        place.record("started", f"25_{index}", index, name="first")
        place.record("ended", f"25_{index}", index, 0, name="first")
    expect(place.run("dependent", SLURM_JOB_ID="30")[1] == ["started", "ended 0"], place.log("dependent"))


def scripts_of_what_waits_are_clean(place):
    place.job(name="first")
    place.record("first", name="first")
    for condition in ["ok", "any", "fail"]:
        for on in ["slurm", "pbs", "torque"]:
            dependent(place, condition, on=on, name=f"{on}-{condition}")
            script = str(place.path(f"{on}-{condition}") / "job.sh")
            for checker in (["bash", "-n"], ["shellcheck"]):
                said = subprocess.run([*checker, script], capture_output=True, text=True)
                expect(said.returncode == 0, said.stdout + said.stderr)


CASES = [
    what_waits_for_a_job_that_was_cut_off_does_so_once,
    what_can_not_wait_says_so,
    what_waits_for_an_array_waits_for_its_parts_that_were_submitted_again,
    a_failure_is_looked_for_when_the_job_has_ended,
    what_is_for_a_failure_does_not_run_without_one,
    an_array_fails_where_one_of_its_jobs_does,
    a_resumed_array_is_waited_for_anew,
    what_waits_knows_jobs_by_what_they_say_themselves,
    what_waits_knows_an_array_by_its_jobs,
    scripts_of_what_waits_are_clean,
]


def main():
    swath, pattern = cases.parse(__doc__)
    cases.run(CASES, pattern, {"": lambda directory: Place(swath, directory)})


if __name__ == "__main__":
    main()
