//! What starts the ranks in a job: the command line of each MPI launcher, with ranks and threads bound to cores.
//!
//! Each rank gets as many neighbouring cores as it has threads, so that the threads of a rank are never piled on one. The
//! options are those of srun(1) of Slurm, mpirun(1) of Open MPI 4 and 5, the hydra process manager of MPICH and of Intel MPI,
//! and mpiexec(1) of HPE Cray PALS.

use super::JobSpec;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A program that starts ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MpiLauncher {
    /// Slurm's own.
    Srun,
    /// `mpirun` of Open MPI.
    Mpirun,
    /// `mpiexec` of MPICH.
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

    /// The words before `swath run`, for a job.
    pub fn words(self, job: &JobSpec) -> Vec<String> {
        let (ranks, per_node, threads) = (job.ranks(), job.ranks_per_node, job.threads);
        let mut words: Vec<String> = match self {
            MpiLauncher::Srun => srun(job),
            MpiLauncher::Mpirun if job.is_bound => vec![
                "mpirun".to_owned(),
                "-n".to_owned(),
                ranks.to_string(),
                "--map-by".to_owned(),
                format!("ppr:{per_node}:node:PE={threads}"),
                "--bind-to".to_owned(),
                "core".to_owned(),
            ],
            MpiLauncher::Mpirun => vec![
                "mpirun".to_owned(),
                "-n".to_owned(),
                ranks.to_string(),
                "--map-by".to_owned(),
                format!("ppr:{per_node}:node"),
                "--bind-to".to_owned(),
                "none".to_owned(),
            ],
            MpiLauncher::Mpiexec => vec![
                "mpiexec".to_owned(),
                "-n".to_owned(),
                ranks.to_string(),
                "-ppn".to_owned(),
                per_node.to_string(),
                "-bind-to".to_owned(),
                if job.is_bound { format!("core:{threads}") } else { "none".to_owned() },
            ],
            MpiLauncher::Intelmpi => {
                let pinning = if job.is_bound {
                    ["-genv".to_owned(), "I_MPI_PIN_DOMAIN".to_owned(), format!("{threads}:compact")]
                } else {
                    ["-genv".to_owned(), "I_MPI_PIN".to_owned(), "off".to_owned()]
                };
                let count = ["-n".to_owned(), ranks.to_string(), "-ppn".to_owned(), per_node.to_string()];
                ["mpiexec.hydra".to_owned()].into_iter().chain(count).chain(pinning).collect()
            }
            MpiLauncher::Pals => vec![
                "mpiexec".to_owned(),
                "-n".to_owned(),
                ranks.to_string(),
                "--ppn".to_owned(),
                per_node.to_string(),
                "--depth".to_owned(),
                threads.to_string(),
                "--cpu-bind".to_owned(),
                if job.is_bound { "depth" } else { "none" }.to_owned(),
            ],
            MpiLauncher::None => return Vec::new(),
        };
        words.extend(job.launcher_arguments.iter().cloned());
        words
    }
}

/// `srun` with its options; one of the user's or site's own about binding stands for ours, which can't stand beside it.
fn srun(job: &JobSpec) -> Vec<String> {
    let is_given = |start: &str| job.launcher_arguments.iter().any(|word| word.starts_with(start));
    let mut words = vec![
        "srun".to_owned(),
        format!("--ntasks={}", job.ranks()),
        format!("--ntasks-per-node={}", job.ranks_per_node),
        // Since Slurm 22.05, srun doesn't take this from the job.
        format!("--cpus-per-task={}", job.threads),
    ];
    if !is_given("--distribution") && !is_given("-m") {
        words.push("--distribution=block:block".to_owned());
    }
    if !is_given("--hint") && !is_given("--cpu-bind") {
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
    "'{name}' is no launcher: expected srun, mpirun (Open MPI), mpiexec (MPICH), intelmpi, pals (HPE Cray) or none (one process)"
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
}
