"""Jobs on a real Slurm of four virtual nodes, from `swath submit` to their end: one case a claim.

    python tests/slurm.py [--swath PATH] [--mpich PATH] [--only PATTERN]

Needs root and Debian's slurmctld, slurmd, slurm-client and munge; without them the suite is skipped, with a line that says
why. What a job writes must be what one undisturbed process writes, byte for byte. `--mpich` names a program built with MPICH.
Limits of time are for machines that are slow and busy: what is well takes a small part of them.
"""

import json
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import sys
import time

import cases
import slurm_cluster
from cases import expect
from slurm_place import LIMIT_S, MPIRUN, ONE, SRUN, TWO, Place, ranks_of, undisturbed

README = cases.ROOT / "README.md"


def a_job_of_two_nodes_finishes_by_mpirun_and_by_srun(place):
    place.submit("--name", "by-mpirun", *TWO, *MPIRUN, "short.py", "mpirun.zarr")
    place.submit("--name", "by-srun", *TWO, *SRUN, "short.py", "srun.zarr")
    for name in ["by-mpirun", "by-srun"]:
        place.finish(name)
        view = place.status(name)
        expect((view["state"], view["attempt"], view["exit_code"]) == ("finished", 1, 0), view)
        expect("swath: 2 nodes, 2 ranks, 1 thread" in place.log(name), place.log(name))
    place.same("mpirun.zarr", "short.py")
    place.same("srun.zarr", "short.py")
    shown = place.succeed("logs", "by-srun")
    expect("wrote srun.zarr" in shown, shown)
    # Another host knows as much.
    elsewhere = place.cluster.run("srun", "--nodes=1", "--ntasks=1", "--mem=200M", str(place.swath), "status", "--json", cwd=place.directory)
    views = {view["name"]: view["state"] for view in json.loads(elsewhere)}
    expect(views == {"by-mpirun": "finished", "by-srun": "finished"}, elsewhere)


def a_program_built_with_mpich_runs_by_its_own_launcher_and_by_srun(place):
    if place.mpich is None:
        return "skipped, no program built with MPICH was named"
    mpich = place.of_mpich()
    # The launcher that nobody has named is the library's own, whatever mpiexec is on this host.
    mpich.submit("--name", "hydra", *TWO, "short.py", "hydra.zarr")
    mpich.submit("--name", "pmi", *TWO, *SRUN, "short.py", "pmi.zarr")
    for name, start in {"hydra": r"\nmpi\S+ -n 2 -ppn 1 -bind-to none ", "pmi": r"\nsrun .*--mpi=pmi2 "}.items():
        script = (mpich.directory / f".swath/jobs/{name}/job.sh").read_text()
        expect(re.search(start, script), script)
        mpich.finish(name)
        expect("swath: 2 nodes, 2 ranks, 1 thread" in mpich.log(name) and "warning" not in mpich.log(name), mpich.log(name))
    mpich.same("hydra.zarr", "short.py")
    mpich.same("pmi.zarr", "short.py")
    # Asked to stop, it goes on from there, by the other launcher.
    id = mpich.submit("--name", "goes-on", *TWO, *SRUN, "--attempts", "1", "long.py", "g.zarr")
    mpich.running("goes-on", 20)
    place.cluster.run("scancel", "--batch", "--signal=USR1", id)
    ended = mpich.command("wait", "goes-on")
    expect(ended.returncode == 75, f"{ended.returncode} {ended.stderr} {mpich.log('goes-on')}")
    mpich.succeed("resume", "--launcher", "mpiexec", "goes-on")
    mpich.finish("goes-on")
    found = re.findall(r"resumed: (\d+) of 400 chunks", mpich.log("goes-on"))
    expect(found and int(found[-1]) >= 20, mpich.log("goes-on"))
    mpich.same("g.zarr", "long.py")


def a_waiting_job_says_what_it_waits_for(place):
    # All of the nodes that it names; others are left to other cases.
    place.submit("--name", "holder", "--nodes", "1", "--ranks-per-node", "1", "--threads", "4", "--exclusive",
                 "--launcher", "none", "--directive=--nodelist=n4", "--prologue", "sleep 600", "quick.py")
    place.until("holder", lambda view: view["state"] == "running")
    place.submit("--name", "full", *ONE, "--directive=--nodelist=n4", "quick.py")
    place.submit("--name", "held", *ONE, "--directive=--hold", "quick.py")
    place.submit("--name", "after", *ONE, "--after", "full", "quick.py")
    for name, reason in {"full": "Resources|Priority|not looked at", "held": "JobHeldUser", "after": "Dependency"}.items():
        place.until(name, lambda view, reason=reason: view["state"] == "pending" and re.search(reason, view["detail"]))
    table = place.succeed("status")
    expect(all(re.search(rf"{name} +pending", table) for name in ["full", "held", "after"]), table)
    ended = place.command("wait", "--timeout", "1", "full")
    expect(ended.returncode == 124, f"{ended.returncode} {ended.stderr}")
    for name in ["after", "held", "full", "holder"]:
        place.succeed("cancel", name)
        place.until(name, lambda view: view["state"] == "cancelled")
    ended = place.command("wait", "full", "held")
    expect(ended.returncode == 143, f"{ended.returncode} {ended.stderr}")


def what_depends_on_a_failure_never_starts_and_says_so(place):
    # Held, it hasn't failed before the others wait for it.
    id = place.submit("--name", "fails", *ONE, "--no-check", "--directive=--hold", "fails.py")
    place.submit("--name", "never", *ONE, "--after", "fails", "quick.py")
    place.submit("--name", "instead", *ONE, "--after", "fails:fail", "quick.py")
    place.cluster.run("scontrol", "release", id)
    ended = place.command("wait", "fails")
    expect(ended.returncode == 1, f"{ended.returncode} {ended.stderr}")
    view = place.status("fails")
    expect(view["state"] == "failed" and "no such store.zarr" in view["detail"], view)
    expect(place.record("fails") == ["first", "started", "ended"], place.record("fails"))
    shown = place.succeed("status", "fails")
    expect("the end of" in shown and "swath resume fails" in shown, shown)
    place.until("never", lambda view: "will never start" in str(view["detail"]))
    place.finish("instead")
    place.succeed("cancel", "never")


def an_array_and_what_waits_for_it(place):
    place.submit("--name", "parts", *ONE, "--array", "0-3", "short.py", "part-{index}.zarr")
    place.submit("--name", "sum", *ONE, "--after", "parts", "--no-check", "add.py", *[f"part-{index}.zarr" for index in range(4)])
    place.until("parts", lambda views: any(view["state"] == "running" for view in views))
    place.finish("parts")
    views = place.status("parts")
    expect([view["index"] for view in views] == [0, 1, 2, 3], views)
    expect({view["state"] for view in views} == {"finished"}, views)
    for index in range(4):
        place.same(f"part-{index}.zarr", "short.py")
    expect("wrote part-2.zarr" in place.succeed("logs", "parts[2]"), place.log("parts"))
    expect(re.search(r"parts +finished .*4 of the array", place.succeed("status")), place.succeed("status"))
    place.finish("sum")
    expect("total" in place.succeed("logs", "sum"), place.log("sum"))


def a_job_goes_on_through_walltimes_to_the_same_result(place):
    # Of a minute, submitting again takes 3 s and stopping may take all but a few: the run stops so long after its start. Its
    # two ranks have a thread each, and get a ninth of the time that they need, besides starting: a machine that is less
    # busy by then is quicker.
    since = time.monotonic()
    undisturbed(place.swath, "longest.py")
    work_s = (time.monotonic() - since) * min(2, os.cpu_count()) / 2
    grace_s = round(57 - min(40, max(2, work_s / 9 + 1.5)))
    place.submit("--name", "walltimes", *TWO, *SRUN, "--time", "1min", "--grace", f"{grace_s}s", "--attempts", "90",
                 "longest.py", "w.zarr")
    seen = place.until("walltimes", lambda view: view["state"] == "finished", 3 * LIMIT_S)
    stops = place.record("walltimes").count("requeued") + place.record("walltimes").count("resubmitted")
    expect(stops >= 3, f"it was stopped {stops} times only: {place.log('walltimes')}")
    expect({"running", "resubmitted"} <= set(seen), seen)
    expect("stopped in time; attempt 1 of 90 ends" in place.log("walltimes"), place.log("walltimes"))
    expect("resumed: " in place.log("walltimes"), place.log("walltimes"))
    place.same("w.zarr", "longest.py")


def a_job_that_uses_up_its_attempts_stops_and_can_be_resumed(place):
    id = place.submit("--name", "signalled", *TWO, *SRUN, "--attempts", "1", "long.py", "s.zarr")
    place.running("signalled")
    # As Slurm does some time before the walltime ends.
    place.cluster.run("scancel", "--batch", "--signal=USR1", id)
    ended = place.command("wait", "signalled")
    expect(ended.returncode == 75, f"{ended.returncode} {ended.stderr} {place.log('signalled')}")
    expect(place.status("signalled")["state"] == "stopped", place.status("signalled"))
    place.succeed("resume", "--nodes", "1", "--ranks-per-node", "3", "signalled")
    expect(place.command("resume", "signalled").returncode == 1, "a job that is under way was resumed")
    followed = place.succeed("logs", "-f", "signalled")
    expect("wrote s.zarr" in followed and "finished" in followed, followed)
    place.finish("signalled")
    expect("swath: 1 node, 3 ranks" in place.log("signalled"), place.log("signalled"))
    place.same("s.zarr", "long.py")


def a_cancelled_job_keeps_what_is_done_where_it_is_drained(place):
    place.submit("--name", "drained", *TWO, *SRUN, "long.py", "d.zarr")
    place.running("drained", 20)
    place.succeed("cancel", "--drain", "drained")
    expect(place.status("drained")["state"] == "cancelled", place.status("drained"))
    outcome = json.loads((place.directory / ".swath/jobs/drained/run/outcome.json").read_text())
    expect(outcome["ending"] == "drained", outcome)
    place.succeed("resume", "drained")
    place.finish("drained")
    found = re.findall(r"resumed: (\d+) of 400 chunks", place.log("drained"))
    expect(int(found[-1]) >= 20, place.log("drained"))
    place.same("d.zarr", "long.py")


def a_submission_without_an_answer_is_found_in_the_queue(place):
    # It gets there, and nobody says so.
    commands = place.directory / "commands"
    commands.mkdir()
    sbatch = commands / "sbatch"
    sbatch.write_text(f'#!/bin/sh\necho called >>{commands}/calls\n{slurm_cluster.find("sbatch")} "$@" >{commands}/id\nexec sleep 600\n')
    sbatch.chmod(0o755)
    variables = {"PATH": f"{commands}:{os.environ['PATH']}", "SWATH_BATCH_TIMEOUT": "20"}
    line = ["submit", "--on", "slurm", "--name", "silent", *ONE, "--time", "5min", "--memory", "200MiB", "quick.py"]
    ended = place.command(*line, variables=variables)
    id = (commands / "id").read_text().strip()
    expect(ended.returncode == 0 and ended.stdout == f"silent: Slurm job {id}\n", f"{ended.returncode} {ended.stdout} {ended.stderr}")
    place.finish("silent")
    # It may have started before anybody asked for it: then it has said itself which it is.
    expect((commands / "calls").read_text() == "called\n" and place.record("silent").count("first") <= 1, place.record("silent"))


def scancel_is_told_from_a_failure(place):
    id = place.submit("--name", "gone", *TWO, *SRUN, "long.py", "g.zarr")
    place.running("gone")
    place.cluster.run("scancel", id)
    place.until("gone", lambda view: view["state"] == "cancelled")
    listed = lambda: place.cluster.run("squeue", "--noheader", "--name=gone")
    until = time.monotonic() + 30
    while listed() and time.monotonic() < until:
        time.sleep(0.5)
    expect(not listed(), "it was submitted again")


def a_lost_rank_and_a_lost_node_cost_no_more_than_time(place):
    # No case beside this one may have a job on the node that is lost.
    id = place.submit("--name", "lost", *TWO, *SRUN, "--exclusive", "long.py", "l.zarr")
    place.running("lost", 20)
    # The second rank dies.
    second = [process for process, rank in ranks_of(id).items() if rank == "1"]
    expect(second, f"there is no second rank: {place.log('lost')}")
    os.kill(second[0], signal.SIGKILL)
    place.until("lost", lambda view: view["attempt"] == 2 and view["state"] == "running")
    place.running("lost", 20)
    # A node is lost: Slurm ends the job, and queues it again.
    node = place.cluster.run("squeue", "--noheader", "--jobs", id, "--format=%N").split("[")[-1]
    name = f"n{re.search(r'[0-9]', node)[0]}"
    place.cluster.run("scontrol", "update", f"nodename={name}", "state=down", "reason=test")
    try:
        place.until("lost", lambda view: view["state"] in ("resubmitted", "pending"))
    finally:
        # Slurm may have found out by itself that the node is well.
        place.cluster.run("scontrol", "update", f"nodename={name}", "state=resume", check=False)
    place.finish("lost")
    place.same("l.zarr", "long.py")


def classic_mistakes_are_told(place):
    run = f"{place.swath} run"
    lines = [
        f"srun --mpi=pmix --ntasks=2 {run} --memory 900MiB quick.py",
        f"srun --mpi=none --ntasks=2 {run} quick.py",
        f"srun --mpi=pmi2 --ntasks=2 {run} quick.py",
    ]
    for number, line in enumerate(lines):
        shape = ["--ntasks=2", "--nodes=1", "--mem=1000M", f"--output=said-{number}"]
        place.cluster.run("sbatch", "--wait", *shape, f"--wrap={line}", cwd=place.directory, check=False)
    said = [(place.directory / f"said-{number}").read_text() for number in range(len(lines))]
    expect("2 ranks of --memory 900.0MiB are more than the 1000.0MiB that Slurm grants the node" in said[0], said[0])
    expect("1600.0" not in said[0] and said[0].count("--memory 425.0MiB at most") == 1, said[0])
    expect("srun has started 2 ranks without an MPI interface" in said[1] and "--mpi=pmix" in said[1], said[1])
    expect("2 ranks with PMI, which Open MPI seldom knows" in said[2], said[2])


def fifty_jobs_in_flight(place):
    names = [f"job-{number}" for number in range(50)]
    for name in names:
        place.submit("--name", name, *ONE, "--memory", "200MiB", "--no-check", "quick.py")
    table = place.succeed("status")
    expect(sum(table.count(f"{name} ") for name in names) >= 50, table)
    ended = place.command("wait", *names)
    expect(ended.returncode == 0, f"{ended.returncode} {ended.stderr}")
    for name in names:
        expect("1600.0" in place.log(name), place.log(name))


def the_torque_dialect_is_understood(place):
    if slurm_cluster.find("qsub") is None:
        return "skipped, there is no qsub (Debian: slurm-wlm-torque)"
    id = place.submit("--name", "torque", "--launcher", "none", "--nodes", "1", "--ranks-per-node", "1", "--threads", "2",
                      "short.py", "t.zarr", on="torque")
    place.finish("torque")
    view = place.status("torque")
    expect((view["id"], view["batch"], view["state"]) == (id, "torque", "finished"), view)
    place.same("t.zarr", "short.py")
    place.submit("--name", "ended", "--launcher", "none", "--nodes", "1", "--ranks-per-node", "1", "--threads", "1",
                 "long.py", "e.zarr", on="torque")
    place.running("ended")
    place.succeed("cancel", "ended")
    place.until("ended", lambda view: view["state"] == "cancelled")


def the_five_minutes_of_the_readme_work_word_for_word(place):
    text = README.read_text()
    block = text.split("Five minutes from a laptop to a job.")[1].split("\n\n", 1)[1].split("\nThe same line")[0]
    lines = [line[4:] for line in block.splitlines() if line.startswith("    ")]
    expect(len(lines) >= 7 and lines[0].startswith("git clone ") and lines[1].startswith("cargo build"), lines)
    project = place.directory / "project"
    project.mkdir()
    (project / "ndvi.py").write_text(text.split("```python\n")[1].split("```")[0])
    # The scene that it reads.
    (project / "examples").symlink_to(cases.ROOT / "examples")
    host = socket.gethostname().split(".")[0]
    variables = "".join(f'{name} = "{value}"\n' for name, value in slurm_cluster.OPEN_MPI.items())
    site = f'[here]\non = "slurm"\nhosts = ["{host}"]\ncores_per_node = 1\nbind = false\n[here.env]\n{variables}'
    configuration = place.directory / ".config/swath/sites.toml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text(site)
    # What is built and fetched is there already.
    built = f"mkdir -p swath/target/release; ln -s {shlex.quote(str(place.swath))} swath/target/release/swath"
    script = "\n".join(["set -e", f"git() {{ {built}; }}", "cargo() { :; }", *lines])
    variables = {"HOME": str(place.directory), "XDG_CONFIG_HOME": ""}
    ended = subprocess.run(["bash", "-c", script], cwd=place.directory, env={**place.cluster.environment(), **variables},
                           capture_output=True, text=True, timeout=LIMIT_S)
    expect(ended.returncode == 0, f"{ended.returncode} {ended.stdout} {ended.stderr}")
    expect("#SBATCH --nodes=4\n" in ended.stdout and "#SBATCH --account=abc\n" in ended.stdout, ended.stdout)
    expect(re.search(r"^ +here ", ended.stdout, re.MULTILINE), f"swath sites doesn't know the machine: {ended.stdout}")
    expect(re.fullmatch(r"ndvi: Slurm job \d+", ended.stdout.splitlines()[-1]), ended.stdout)
    there = Place(place.swath, place.cluster, project)
    there.finish("ndvi")
    expect(re.search(r"\nmean -?\d\.\d{4}\n", there.log("ndvi")) and "swath: 4 nodes, 4 ranks" in there.log("ndvi"), there.log("ndvi"))
    # So do the commands that follow it.
    following = [line[4:] for line in text.split("## Following jobs")[1].splitlines() if line.startswith("    swath")]
    expect(len(following) >= 7, following)
    for line in following[:4]:
        words = shlex.split(re.split(r"\s{2,}", line)[0])
        expect("ndvi" in there.succeed(*words[1:]) or words[1] == "wait", line)


def the_doctor_finds_nothing_wrong(place):
    said = place.succeed("doctor")
    expect(re.search(r"ok +two ranks", said) and re.search(r"ok +batch system +slurm", said), said)
    expect("-> none is needed" in said and "fault" not in said, said)


CASES = [
    a_job_of_two_nodes_finishes_by_mpirun_and_by_srun,
    a_program_built_with_mpich_runs_by_its_own_launcher_and_by_srun,
    a_waiting_job_says_what_it_waits_for,
    what_depends_on_a_failure_never_starts_and_says_so,
    an_array_and_what_waits_for_it,
    a_job_goes_on_through_walltimes_to_the_same_result,
    a_job_that_uses_up_its_attempts_stops_and_can_be_resumed,
    a_cancelled_job_keeps_what_is_done_where_it_is_drained,
    a_submission_without_an_answer_is_found_in_the_queue,
    scancel_is_told_from_a_failure,
    a_lost_rank_and_a_lost_node_cost_no_more_than_time,
    classic_mistakes_are_told,
    fifty_jobs_in_flight,
    the_torque_dialect_is_understood,
    the_five_minutes_of_the_readme_work_word_for_word,
    the_doctor_finds_nothing_wrong,
]


# Two of the four nodes are enough for each, and most of its time it waits for Slurm.
BESIDE = [a_job_goes_on_through_walltimes_to_the_same_result, a_lost_rank_and_a_lost_node_cost_no_more_than_time]


def main():
    swath, pattern, mpich = cases.parse(__doc__, mpich="the program built with MPICH")
    reason = slurm_cluster.obstacle()
    if reason:
        print(f"skipped: no Slurm can be started here, since {reason}")
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    with slurm_cluster.Cluster() as cluster:
        cases.run(CASES, pattern, {"": lambda directory: Place(swath, cluster, directory, mpich)}, BESIDE)


if __name__ == "__main__":
    main()
