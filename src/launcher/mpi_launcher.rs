//! What starts the ranks in a job: the command line of each MPI launcher, with ranks and threads bound to cores.
//!
//! Each rank gets as many neighbouring cores as it has threads, so that the threads of a rank are never piled on one. The
//! options are those of srun(1) of Slurm, mpirun(1) of Open MPI 4 and 5, the hydra process manager of MPICH and of Intel MPI,
//! and mpiexec(1) of HPE Cray PALS.

use super::{BatchKind, JobSpec, MpiFamily};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A program that starts ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MpiLauncher {
    /// Slurm's own.
    Srun,
    /// `mpirun`, with the options of the MPI library's own.
    Mpirun,
    /// `mpiexec`, the same.
    Mpiexec,
    /// `mpiexec.hydra` of Intel MPI.
    Intelmpi,
    /// `mpiexec` of HPE Cray's PALS.
    Pals,
    /// Nothing: one process without MPI.
    None,
}

impl MpiLauncher {
    /// All of them, with their names.
    pub const NAMES: [(&str, MpiLauncher); 6] = [
        ("srun", MpiLauncher::Srun),
        ("mpirun", MpiLauncher::Mpirun),
        ("mpiexec", MpiLauncher::Mpiexec),
        ("intelmpi", MpiLauncher::Intelmpi),
        ("pals", MpiLauncher::Pals),
        ("none", MpiLauncher::None),
    ];

    /// What starts several ranks of a library where nobody says.
    pub fn of_family(family: Option<MpiFamily>, kind: BatchKind) -> MpiLauncher {
        match family {
            Some(MpiFamily::Mpich) => MpiLauncher::Mpiexec,
            Some(MpiFamily::Intel) => MpiLauncher::Intelmpi,
            Some(MpiFamily::Cray) if kind == BatchKind::Slurm => MpiLauncher::Srun,
            Some(MpiFamily::Cray) => MpiLauncher::Pals,
            Some(MpiFamily::OpenMpi) | None => MpiLauncher::Mpirun,
        }
    }

    /// The program that it is, where no other stands for it.
    pub fn program(self) -> &'static str {
        match self {
            MpiLauncher::Srun => "srun",
            MpiLauncher::Mpirun => "mpirun",
            MpiLauncher::Mpiexec | MpiLauncher::Pals => "mpiexec",
            MpiLauncher::Intelmpi => "mpiexec.hydra",
            MpiLauncher::None => "",
        }
    }

    /// Whether it is one of those that every library has its own of.
    pub fn is_of_library(self) -> bool {
        matches!(self, MpiLauncher::Mpirun | MpiLauncher::Mpiexec)
    }

    /// The words before `swath run`, for a job.
    pub fn words(self, job: &JobSpec) -> Vec<String> {
        let options = match (self, job.mpi) {
            (MpiLauncher::None, _) => return Vec::new(),
            (MpiLauncher::Srun, _) => srun(job),
            (MpiLauncher::Pals, _) | (MpiLauncher::Mpirun | MpiLauncher::Mpiexec, Some(MpiFamily::Cray)) => pals(job),
            (MpiLauncher::Intelmpi, _) | (MpiLauncher::Mpirun | MpiLauncher::Mpiexec, Some(MpiFamily::Intel)) => {
                intel(job)
            }
            (MpiLauncher::Mpirun | MpiLauncher::Mpiexec, Some(MpiFamily::Mpich)) => hydra(job),
            (MpiLauncher::Mpirun | MpiLauncher::Mpiexec, Some(MpiFamily::OpenMpi) | None) => open_mpi(job),
        };
        let program = job.launcher_program.clone().unwrap_or_else(|| self.program().to_owned());
        [program].into_iter().chain(options).chain(job.launcher_arguments.iter().cloned()).collect()
    }
}

/// Options of mpirun(1) of Open MPI 4 and 5 that say where ranks go, in old forms and new.
const OPEN_MPI_PLACES: &[&str] = &[
    "map-by",
    "N",
    "npernode",
    "npersocket",
    "pernode",
    "ppr",
    "rankfile",
    "rf",
    "bynode",
    "byslot",
    "bycore",
    "bysocket",
    "cpus-per-proc",
    "cpus-per-rank",
];
/// Those that say to which cores ranks are bound.
const OPEN_MPI_BINDING: &[&str] = &["bind-to", "bind-to-core", "bind-to-socket", "bind-to-none", "cpu-set", "cpu-list"];
/// Options of Hydra, MPICH's and Intel's, that say how many ranks go onto a node.
const HYDRA_PLACES: &[&str] = &["ppn", "perhost", "grr", "rr"];

/// Whether the user or the site says something about this: then that stands for what we would say, which can't stand beside it.
fn is_given(job: &JobSpec, options: &[&str]) -> bool {
    let is_one = |word: &String| {
        let name = word.trim_start_matches('-');
        word.starts_with('-') && options.iter().any(|option| name == *option || name.starts_with(&format!("{option}=")))
    };
    job.launcher_arguments.iter().any(is_one)
}

/// Options as words.
fn options(words: &[&dyn fmt::Display]) -> Vec<String> {
    words.iter().map(|word| word.to_string()).collect()
}

fn open_mpi(job: &JobSpec) -> Vec<String> {
    let mut words = options(&[&"-n", &job.ranks()]);
    // A file of ranks says to which cores they are bound, too.
    let is_binding_given = is_given(job, OPEN_MPI_BINDING) || is_given(job, &["rankfile", "rf"]);
    let are_places_given = is_given(job, OPEN_MPI_PLACES);
    if !are_places_given {
        // So many cores for each rank go with no binding but that to cores.
        let cores = if job.is_bound && !is_binding_given { format!(":PE={}", job.threads) } else { String::new() };
        words.extend(options(&[&"--map-by", &format!("ppr:{}:node{cores}", job.ranks_per_node)]));
    }
    if !is_binding_given {
        // Without cores for each thread, those of a rank would be piled on one.
        let has_cores = !are_places_given || job.threads == 1 || are_cores_given(job);
        words.extend(options(&[&"--bind-to", &if job.is_bound && has_cores { "core" } else { "none" }]));
    }
    words
}

/// Whether the user or the site says how many cores each rank of Open MPI has.
fn are_cores_given(job: &JobSpec) -> bool {
    is_given(job, &["cpus-per-proc", "cpus-per-rank"])
        || job.launcher_arguments.iter().any(|word| word.to_ascii_uppercase().contains("PE="))
}

fn hydra(job: &JobSpec) -> Vec<String> {
    let mut words = options(&[&"-n", &job.ranks()]);
    if !is_given(job, HYDRA_PLACES) {
        words.extend(options(&[&"-ppn", &job.ranks_per_node]));
    }
    if !is_given(job, &["bind-to", "binding"]) {
        let cores = if job.is_bound { format!("core:{}", job.threads) } else { "none".to_owned() };
        words.extend(options(&[&"-bind-to", &cores]));
    }
    words
}

fn intel(job: &JobSpec) -> Vec<String> {
    let (name, value) = if job.is_bound {
        ("I_MPI_PIN_DOMAIN", format!("{}:compact", job.threads))
    } else {
        ("I_MPI_PIN", "off".to_owned())
    };
    let mut words = options(&[&"-n", &job.ranks()]);
    if !is_given(job, HYDRA_PLACES) {
        words.extend(options(&[&"-ppn", &job.ranks_per_node]));
    }
    // Variables stand in words of their own: -genv NAME VALUE.
    if !job.launcher_arguments.iter().any(|word| word.contains("I_MPI_PIN")) && !is_given(job, &["bind-to", "binding"])
    {
        words.extend(options(&[&"-genv", &name, &value]));
    }
    words
}

fn pals(job: &JobSpec) -> Vec<String> {
    let mut words = options(&[&"-n", &job.ranks()]);
    if !is_given(job, &["ppn"]) {
        words.extend(options(&[&"--ppn", &job.ranks_per_node]));
    }
    if !is_given(job, &["depth", "d"]) {
        words.extend(options(&[&"--depth", &job.threads]));
    }
    if !is_given(job, &["cpu-bind"]) {
        words.extend(options(&[&"--cpu-bind", &if job.is_bound { "depth" } else { "none" }]));
    }
    words
}

fn srun(job: &JobSpec) -> Vec<String> {
    let mut words = vec![
        format!("--ntasks={}", job.ranks()),
        format!("--ntasks-per-node={}", job.ranks_per_node),
        // Since Slurm 22.05, srun doesn't take this from the job.
        format!("--cpus-per-task={}", job.threads),
    ];
    if let Some(interface) = job.srun_interface.as_ref().filter(|_| !is_given(job, &["mpi"])) {
        words.push(format!("--mpi={interface}"));
    }
    if !is_given(job, &["distribution", "m"]) {
        words.push("--distribution=block:block".to_owned());
    }
    if !is_given(job, &["hint", "cpu-bind"]) {
        words.push(format!("--cpu-bind={}", if job.is_bound { "cores" } else { "none" }));
    }
    words.push("--kill-on-bad-exit=1".to_owned());
    words
}

impl fmt::Display for MpiLauncher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = MpiLauncher::NAMES.into_iter().find(|(_, launcher)| launcher == self).map(|(name, _)| name);
        formatter.write_str(name.expect("every launcher has a name"))
    }
}

/// A launcher that isn't known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{name}' is no launcher: expected srun, mpirun or mpiexec (of the MPI library), intelmpi (mpiexec.hydra), pals (HPE Cray) or none (one process)"
)]
pub struct UnknownLauncher {
    name: String,
}

impl FromStr for MpiLauncher {
    type Err = UnknownLauncher;

    fn from_str(text: &str) -> Result<MpiLauncher, UnknownLauncher> {
        let found = MpiLauncher::NAMES.into_iter().find(|(name, _)| *name == text).map(|(_, launcher)| launcher);
        found.ok_or_else(|| UnknownLauncher { name: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_launcher_is_read_by_the_name_that_it_prints() {
        for (name, launcher) in MpiLauncher::NAMES {
            assert_eq!(name.parse(), Ok(launcher));
            assert_eq!(launcher.to_string(), name);
        }
        assert!("aprun".parse::<MpiLauncher>().is_err());
    }

    fn line(launcher: MpiLauncher, change: impl FnOnce(&mut JobSpec)) -> String {
        let mut job = JobSpec::example();
        change(&mut job);
        launcher.words(&job).join(" ")
    }

    #[test]
    fn options_are_those_of_the_library() {
        let of = |family| line(MpiLauncher::Mpirun, |job| job.mpi = Some(family));
        assert_eq!(of(MpiFamily::OpenMpi), "mpirun -n 4 --map-by ppr:2:node:PE=4 --bind-to core");
        assert_eq!(of(MpiFamily::Mpich), "mpirun -n 4 -ppn 2 -bind-to core:4");
        assert_eq!(of(MpiFamily::Intel), "mpirun -n 4 -ppn 2 -genv I_MPI_PIN_DOMAIN 4:compact");
        assert_eq!(of(MpiFamily::Cray), "mpirun -n 4 --ppn 2 --depth 4 --cpu-bind depth");
        let other = line(MpiLauncher::Mpiexec, |job| job.launcher_program = Some("mpiexec.openmpi".to_owned()));
        assert!(other.starts_with("mpiexec.openmpi -n 4 --map-by"), "{other}");
        let srun = line(MpiLauncher::Srun, |job| job.srun_interface = Some("pmi2".to_owned()));
        assert!(srun.contains(" --cpus-per-task=4 --mpi=pmi2 --distribution"), "{srun}");
    }

    #[test]
    fn what_the_user_says_of_places_stands_for_what_we_would() {
        let with = |family, words: &[&str]| {
            line(MpiLauncher::Mpirun, |job| {
                job.mpi = Some(family);
                job.launcher_arguments = words.iter().map(|word| (*word).to_owned()).collect();
            })
        };
        let said = with(MpiFamily::OpenMpi, &["--map-by", "numa", "--bind-to", "numa"]);
        assert_eq!(said, "mpirun -n 4 --map-by numa --bind-to numa");
        assert_eq!(with(MpiFamily::OpenMpi, &["--bind-to", "none"]), "mpirun -n 4 --map-by ppr:2:node --bind-to none");
        // The threads of a rank, four here, are never bound to one core.
        for words in [["-N", "1"], ["--npernode", "1"], ["-npersocket", "1"], ["--map-by", "numa"]] {
            let said = with(MpiFamily::OpenMpi, &words);
            assert_eq!(said, format!("mpirun -n 4 --bind-to none {} {}", words[0], words[1]));
        }
        let said = with(MpiFamily::OpenMpi, &["--map-by", "ppr:1:node:PE=4"]);
        assert_eq!(said, "mpirun -n 4 --bind-to core --map-by ppr:1:node:PE=4");
        assert_eq!(with(MpiFamily::OpenMpi, &["--rankfile", "ranks"]), "mpirun -n 4 --rankfile ranks");
        let of_one = line(MpiLauncher::Mpirun, |job| {
            (job.mpi, job.threads) = (Some(MpiFamily::OpenMpi), 1);
            job.launcher_arguments = vec!["-N".to_owned(), "1".to_owned()];
        });
        assert_eq!(of_one, "mpirun -n 4 --bind-to core -N 1");
        let said = with(MpiFamily::Mpich, &["-map-by", "socket"]);
        assert_eq!(said, "mpirun -n 4 -ppn 2 -bind-to core:4 -map-by socket");
        assert_eq!(with(MpiFamily::Mpich, &["-bind-to=none"]), "mpirun -n 4 -ppn 2 -bind-to=none");
        assert_eq!(with(MpiFamily::Mpich, &["-ppn", "1"]), "mpirun -n 4 -bind-to core:4 -ppn 1");
        assert_eq!(with(MpiFamily::Intel, &["-ppn", "1"]), "mpirun -n 4 -genv I_MPI_PIN_DOMAIN 4:compact -ppn 1");
        let intel = with(MpiFamily::Intel, &["-genv", "I_MPI_PIN_DOMAIN", "numa"]);
        assert_eq!(intel, "mpirun -n 4 -ppn 2 -genv I_MPI_PIN_DOMAIN numa");
        assert_eq!(with(MpiFamily::Cray, &["--depth=2"]), "mpirun -n 4 --ppn 2 --cpu-bind depth --depth=2");
        let srun = line(MpiLauncher::Srun, |job| {
            job.srun_interface = Some("pmix".to_owned());
            job.launcher_arguments = vec!["--mpi=pmi2".to_owned(), "-m".to_owned(), "cyclic".to_owned()];
        });
        assert!(srun.ends_with("--kill-on-bad-exit=1 --mpi=pmi2 -m cyclic") && !srun.contains("block"), "{srun}");
    }
}
