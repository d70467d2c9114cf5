"""What `swath doctor` finds: one case a claim.

    python tests/doctor.py [--swath PATH] [--only PATTERN]

The batch system is stood in for, as in `job_states.py`; the launcher is Open MPI's own, but where a case wants another.
`tests/slurm.py` has the doctor of a real cluster.
"""

import re
import shutil

import cases
from cases import expect
from job_states import DOWN, NO_ACCOUNTING, Place

OPEN_MPI = "mpirun (Open MPI) 4.1.4"


class Machine(Place):
    """A place whose doctor is asked; it has a launcher, and no batch system but what a case gives it."""

    def __init__(self, swath, directory):
        super().__init__(swath, directory)
        for name in ["sbatch", "squeue", "sacct", "scancel", "sinfo", "scontrol", "qsub", "qstat", "qdel", "pbsnodes"]:
            self.unmock(name)
        self.real("mpirun")
        # There is no ssh on PATH, and none is needed.
        self.variables = {"OMPI_MCA_plm": "isolated"}

    def real(self, name):
        path = self.commands / name
        path.unlink(missing_ok=True)
        path.symlink_to(shutil.which("mpirun.openmpi") or shutil.which("mpirun"))

    def mock(self, **commands):
        for name in commands:
            (self.commands / name).unlink(missing_ok=True)
        super().mock(**commands)

    def slurm(self, **commands):
        self.mock(**{name: "exit 0" for name in ["sbatch", "squeue", "sacct", "scancel", "sinfo", "scontrol"]} | commands)

    def site(self, text):
        path = self.directory / ".config/swath/sites.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.variables |= {"HOME": str(self.directory), "XDG_CONFIG_HOME": ""}

    def findings(self, *words):
        """The exit code, and what is said of each subject: verdict, words and remedy."""
        code, stdout, stderr = self.run("doctor", *words)
        expect("panic" not in stderr, stderr)
        found = re.findall(r"^  (ok|warning|fault) +(.*?)  +(.*(?:\n {8,}->.*)?)$", stdout, re.MULTILINE)
        expect(found, f"{code} {stdout} {stderr}")
        return code, {subject: (verdict, said) for verdict, subject, said in found}

    def finds(self, subject, verdict, *parts, code=0, words=()):
        ended, found = self.findings(*words)
        expect(ended == code and subject in found, f"exit code {ended}: {found}")
        expect(found[subject][0] == verdict and all(part in found[subject][1] for part in parts), f"{subject}: {found[subject]}")


def a_machine_that_is_well_has_no_fault(place):
    code, found = place.findings()
    expect(code == 0 and found["two ranks"][0] == "ok" and "they answer in" in found["two ranks"][1], found)
    for subject in ["machine", "MPI library", "HDF5 library", "launcher", "scratch", "batch system"]:
        expect(subject in found and found[subject][0] != "fault", f"{subject}: {found}")
    expect("none here" in found["batch system"][1], found)


def a_launcher_of_another_library_is_told(place):
    place.mock(mpirun="echo 'HYDRA build details:'")
    place.finds("launcher", "fault", "mpirun is of MPICH, swath is bound to Open MPI", "-> load the MPI module", code=1)
    place.real("mpirun.openmpi")
    place.finds("launcher", "warning", "-> start ranks by mpirun.openmpi")
    place.finds("two ranks", "ok", "mpirun.openmpi -n 2")
    for name in ["mpirun", "mpirun.openmpi"]:
        place.unmock(name)
    place.finds("launcher", "fault", "there is no mpirun", "-> load the MPI module", code=1)


def ranks_that_do_not_find_each_other_are_a_fault(place):
    # As the launcher of another library starts them: two processes, each of which takes itself for the only one.
    place.mock(mpirun=f'if test "$1" = --version; then echo "{OPEN_MPI}"; else shift 3; "$@"; "$@"; fi')
    place.finds("two ranks", "fault", "mpirun -n 2 fails", "->", code=1)
    place.mock(mpirun=f'if test "$1" = --version; then echo "{OPEN_MPI}"; else echo "no slots" >&2; exit 1; fi')
    place.finds("two ranks", "fault", "no slots", code=1)


def a_controller_that_is_down_is_a_fault_and_no_accounting_is_none(place):
    place.slurm()
    place.finds("batch system", "ok", "the controller answers")
    place.finds("accounting", "ok")
    place.slurm(sacct=NO_ACCOUNTING)
    place.finds("accounting", "warning", "disabled", "-> none is needed")
    place.slurm(squeue=DOWN)
    place.finds("batch system", "fault", "Unable to contact slurm controller", "-> go to a login node", code=1)
    place.slurm(squeue="echo 'squeue: fatal: Could not establish a configuration source' >&2; exit 1")
    place.finds("batch system", "warning", "isn't part of a cluster")
    place.slurm()
    place.unmock("scancel")
    place.finds("batch system", "fault", "there is no scancel here", code=1)


def a_server_of_pbs_is_asked_too(place):
    place.mock(qsub="echo 'pbs_version = 23.06.06'", qstat="exit 0", qdel="exit 0")
    place.finds("batch system", "ok", "PBS: the server answers")
    place.mock(qstat="echo 'qstat: cannot connect to server pbs (errno=15010)' >&2; exit 255")
    place.finds("batch system", "fault", "cannot connect", code=1)


def what_a_site_needs_is_looked_for(place):
    place.slurm()
    place.site('[here]\non = "slurm"\nlauncher = "srun"\nscratch = "/no/such/directory"\n')
    place.finds("launcher", "fault", "there is no srun here", code=1, words=["--site", "here"])
    place.finds("scratch", "fault", "/no/such/directory", code=1, words=["--site", "here"])
    place.mock(srun="exit 0")
    place.site('[here]\non = "slurm"\nlauncher = "srun"\n')
    place.finds("launcher", "warning", "srun can be tried in a job only", words=["--site", "here"])
    code, _, stderr = place.run("doctor", "--site", "there")
    expect(code == 1 and "there is no site there; there are: here" in stderr, stderr)


CASES = [
    a_machine_that_is_well_has_no_fault,
    a_launcher_of_another_library_is_told,
    ranks_that_do_not_find_each_other_are_a_fault,
    a_controller_that_is_down_is_a_fault_and_no_accounting_is_none,
    a_server_of_pbs_is_asked_too,
    what_a_site_needs_is_looked_for,
]


def main():
    swath, pattern = cases.parse(__doc__)
    cases.run(CASES, pattern, {"": lambda directory: Machine(swath, directory)})


if __name__ == "__main__":
    main()
