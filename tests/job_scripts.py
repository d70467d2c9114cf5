"""Job scripts of many jobs, for Slurm, PBS and Torque, compared with those that were read and approved.

    python tests/job_scripts.py [--swath PATH] [--only PATTERN] [--update]

Each case is a command line of `swath submit --dry-run`; `job_scripts/golden` has what it prints, with the same home, working
directory and binary for everyone. All pass `bash -n` and shellcheck. `--update` writes them anew, to be read in the diff; it
writes `slurm/example.sh` and `pbs/example.sh`, which are two of them, too.
"""

import argparse
import fnmatch
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests/job_scripts/golden"
HOME, BINARY = "/home/ada/project", "/home/ada/bin/swath"
EXAMPLES = {"slurm/example.sh": "slurm_example", "pbs/example.sh": "pbs_example"}

OWN_MPI = ["archer2", "lumi-c", "derecho"]

SHAPE = "--nodes 4 --ranks-per-node 2 --threads 8 --time 2h"
SCRIPT = "ndvi.py scene.zarr"
ALL = "--memory 64GiB --account geo --name ndvi-2020 --mail ada@example.org --exclusive"

CASES = {
    # Slurm.
    "slurm_example": f"--on slurm --nodes 4 --ranks-per-node 2 --threads 16 --memory 128GiB --time 6h --account geo {SCRIPT}",
    "slurm_smallest": f"--on slurm --threads 4 {SCRIPT}",
    "slurm_one_rank": f"--on slurm --threads 32 --time 30 --memory 16GiB {SCRIPT}",
    "slurm_all_options": f"--on slurm {SHAPE} {ALL} --queue batch --qos high --constraint 'rome|milan' {SCRIPT}",
    "slurm_days": f"--on slurm --nodes 2 --threads 8 --time 2-12:30 {SCRIPT}",
    "slurm_minutes": f"--on slurm --nodes 2 --threads 8 --time 1 --grace 10s {SCRIPT}",
    "slurm_array": f"--on slurm {SHAPE} --array 0-15%4 year.py 'era5 {{index}}.zarr' out-{{index}}.zarr",
    "slurm_array_list": f"--on slurm {SHAPE} --array 1,3,8-20:4 year.py",
    "slurm_srun": f"--on slurm {SHAPE} --launcher srun --launcher-args --mpi=pmix {SCRIPT}",
    "slurm_srun_hint": f"--on slurm {SHAPE} --launcher srun --launcher-args '--hint=nomultithread -m block:cyclic' {SCRIPT}",
    "slurm_srun_open_mpi": f"--on slurm {SHAPE} --launcher srun --mpi openmpi {SCRIPT}",
    "slurm_srun_mpich": f"--on slurm {SHAPE} --launcher srun --mpi mpich {SCRIPT}",
    "slurm_mpich": f"--on slurm {SHAPE} --mpi mpich {SCRIPT}",
    "slurm_mpich_mpirun": f"--on slurm {SHAPE} --mpi mpich --launcher mpirun --no-bind {SCRIPT}",
    "slurm_intel": f"--on slurm {SHAPE} --mpi intel {SCRIPT}",
    "slurm_intel_mpirun": f"--on slurm {SHAPE} --mpi intel --launcher mpirun {SCRIPT}",
    "slurm_mpirun_places": f"--on slurm {SHAPE} --launcher-args '--map-by numa --bind-to numa' {SCRIPT}",
    "slurm_unbound": f"--on slurm {SHAPE} --no-bind {SCRIPT}",
    "slurm_modules": f"--on slurm {SHAPE} --module gcc/13 --module openmpi/5.0 --prologue 'ulimit -c 0' --epilogue 'df -h /scratch' {SCRIPT}",
    "slurm_environment": f"""--on slurm {SHAPE} --env A=1 --env 'TITLE=two words, $HOME and "quotes"' {SCRIPT}""",
    "slurm_directives": f"--on slurm {SHAPE} --directive '--reservation=training' --skip-directive --export --skip-directive --time {SCRIPT}",
    "slurm_after": f"--on slurm {SHAPE} --after 4711 --after 4712:any --after 4713:fail {SCRIPT}",
    "slurm_once": f"--on slurm {SHAPE} --attempts 1 --grace 5min {SCRIPT}",
    "slurm_logs": f"--on slurm {SHAPE} --log-dir 'my logs' --scratch '/local/$SLURM_JOB_ID' --run-args '--seed 7 --checkpoint 10min' {SCRIPT}",
    "slurm_odd_arguments": f"""--on slurm {SHAPE} ndvi.py '$(reboot)' "it's" '' 'a;b' --flag""",
    "slurm_archer2": f"--site archer2 --nodes 64 --time 24:00:00 --account e123 {SCRIPT}",
    "slurm_archer2_short": f"--site archer2 --nodes 2 --time 10min {SCRIPT}",
    "slurm_lumi": f"--site lumi-c --nodes 8 --time 1-12:00:00 --account project_1 --memory 220GB {SCRIPT}",
    "slurm_levante": f"--site levante --nodes 2 --ranks-per-node 8 --threads 16 --time 8h --account bb1 {SCRIPT}",
    # PBS.
    "pbs_example": f"--on pbs --nodes 4 --ranks-per-node 2 --threads 16 --memory 128GiB --time 6h --account geo {SCRIPT}",
    "pbs_smallest": f"--on pbs --threads 4 {SCRIPT}",
    "pbs_all_options": f"--on pbs {SHAPE} {ALL} --queue short --constraint cpu_type=rome {SCRIPT}",
    "pbs_array": f"--on pbs {SHAPE} --array 0-15:5%2 --attempts 1 year.py {{index}}",
    "pbs_after": f"--on pbs {SHAPE} --after 12.server --after 13.server:fail {SCRIPT}",
    "pbs_modules": f"--on pbs {SHAPE} --module cray-mpich --env A=1 --mail ada@example.org:begin,end,fail {SCRIPT}",
    "pbs_seconds": f"--on pbs --nodes 2 --threads 8 --time 1800 {SCRIPT}",
    "pbs_hostfile": f"""--on pbs {SHAPE} --launcher-args '--hostfile "$PBS_NODEFILE"' {SCRIPT}""",
    "pbs_mpich": f"--on pbs {SHAPE} --mpi mpich --launcher-args '-f $PBS_NODEFILE' {SCRIPT}",
    "pbs_derecho": f"--site derecho --nodes 16 --ranks-per-node 8 --time 12:00:00 --account UABC0001 {SCRIPT}",
    "pbs_aspire2a": f"--site aspire2a --nodes 2 --time 12h --scratch '$TMPDIR' {SCRIPT}",
    "pbs_directives": f"--on pbs {SHAPE} --directive '-l place=pack' --skip-directive '-l place=scatter' {SCRIPT}",
    # Torque.
    "torque_smallest": f"--on torque --threads 4 {SCRIPT}",
    "torque_all_options": f"--on torque {SHAPE} {ALL} --queue batch --qos high --constraint bigmem {SCRIPT}",
    "torque_array": f"--on torque {SHAPE} --array 1,3,8-12:2%2 --name 2020-a-very-long-name year.py {{index}}",
    "torque_after": f"--on torque {SHAPE} --after 12.server:any {SCRIPT}",
    "torque_oakley": f"--site oakley --nodes 2 --time 36:00:00 --memory 40GiB {SCRIPT}",
}


def render(swath, place, line):
    """What a command line prints, in the place of everyone."""
    # What this machine has of batch systems and launchers makes no difference.
    variables = {"PATH": str(place), "HOME": str(place), "SECRET_TOKEN": "hunter2", "LANG": "C.UTF-8"}
    # Whatever library the binary is bound to; some sites have one of their own.
    library = [] if "--mpi" in line or any(site in line for site in OWN_MPI) else ["--mpi", "openmpi"]
    words = [str(swath), "submit", "--dry-run", "--no-check", *library, *shlex.split(line)]
    done = subprocess.run(words, cwd=place, env=variables, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        sys.exit(f"swath submit {line}: exit code {done.returncode}: {done.stderr}")
    return done.stdout.replace(str(place), HOME).replace(str(swath), BINARY)


def checked(paths):
    """What bash and shellcheck have to say of scripts."""
    said = ""
    for path in paths:
        done = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)
        said += done.stderr
    done = subprocess.run(["shellcheck", *map(str, paths)], capture_output=True, text=True, check=False)
    return said + done.stdout + done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--swath", default=str(ROOT / "target/release/swath"), help="the binary")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="cases whose name matches")
    parser.add_argument("--update", action="store_true", help="write the scripts instead of comparing them")
    arguments = parser.parse_args()
    swath = pathlib.Path(arguments.swath).resolve()
    cases = {name: line for name, line in CASES.items() if fnmatch.fnmatch(name, arguments.only)}
    failures, places = [], {name: example for example, name in EXAMPLES.items()}
    with tempfile.TemporaryDirectory(prefix="swath-scripts-") as directory:
        place = pathlib.Path(os.path.realpath(directory))
        for script in ["ndvi.py", "year.py"]:
            (place / script).write_text("print(1)\n")
        for name, line in cases.items():
            text = render(swath, place, line)
            if "hunter2" in text or "SECRET_TOKEN" in text:
                failures.append(f"{name}: the environment of the submitting shell got into the script")
            golden = [GOLDEN / f"{name}.sh"] + ([ROOT / places[name]] if name in places else [])
            for path in golden:
                if arguments.update:
                    path.write_text(text)
                elif not path.is_file() or path.read_text() != text:
                    (place / "now.sh").write_text(text)
                    words = ["diff", "-u", str(path), str(place / "now.sh")]
                    failures.append(f"{name}: not as in {path.relative_to(ROOT)}\n"
                                    + subprocess.run(words, capture_output=True, text=True, check=False).stdout)
    said = checked(sorted(GOLDEN / f"{name}.sh" for name in cases))
    if said:
        failures.append(said)
    unknown = {path.stem for path in GOLDEN.glob("*.sh")} - set(CASES)
    if unknown:
        failures.append(f"scripts of no case: {', '.join(sorted(unknown))}")
    for failure in failures:
        print(failure)
    failed = min(len(failures), len(cases))
    print(f"{len(cases) - failed} passed, {failed} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
