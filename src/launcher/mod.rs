//! Batch systems: what a job needs, the job scripts, their submission, and what became of them.
//!
//! It knows no arrays and no plans: what a job needs comes in as plain numbers. A [`JobSpec`] is filled from the command line
//! and a [`Site`], checked by [`geometry`], written as a job script by [`template`], kept in a [`JobDirectory`] and handed
//! to a [`BatchSystem`]. [`command`] runs the batch system's own programs, and nothing else in Swath starts processes.
//!
//! A batch system is added as a template beside `slurm/job.sh`, a file here, and a line in [`batch_system`].

pub mod array_indices;
pub mod attempt;
pub mod batch_job;
pub mod command;
pub mod geometry;
mod job_directory;
pub mod job_spec;
pub mod mpi_family;
mod mpi_launcher;
mod node;
mod pbs;
mod pbs_jobs;
mod refusal;
pub mod shell;
pub mod site;
mod sites;
mod slurm;
mod slurm_jobs;
pub mod state;
pub mod template;
pub mod walltime;

pub use array_indices::ArrayIndices;
pub use attempt::{Attempt, AttemptKind};
pub use job_directory::{JOBS, JobDirectory, JobDirectoryError, JobRecord, now_seconds, publish};
pub use job_spec::JobSpec;
pub use mpi_family::MpiFamily;
pub use mpi_launcher::MpiLauncher;
pub use node::Node;
pub use refusal::SubmitError;
pub use site::Site;
pub use sites::{NamedSite, SiteError, Sites};

use batch_job::{BatchReport, FoundJob, QueryError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// A batch system, and the dialect in which it takes jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BatchKind {
    /// Slurm.
    Slurm,
    /// OpenPBS and PBS Professional, which select chunks.
    Pbs,
    /// Torque, which counts nodes and processors.
    Torque,
}

impl fmt::Display for BatchKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            BatchKind::Slurm => "Slurm",
            BatchKind::Pbs => "PBS",
            BatchKind::Torque => "Torque",
        })
    }
}

/// A job by what it was submitted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoughtJob<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its job script.
    pub script: &'a Path,
}

/// What a batch system can be asked to do.
pub trait BatchSystem {
    /// What the nodes of a queue, or of the default one, have; `None` where it doesn't say.
    fn node(&self, queue: Option<&str>) -> Option<Node>;

    /// Puts a job into the queue, by the words of [`template::JobScript::submission`]; gives its id.
    ///
    /// # Errors
    /// [`SubmitError`] where it isn't there, doesn't answer, refuses, or gives no id.
    fn submit(&self, words: &[String]) -> Result<String, SubmitError>;

    /// The user's jobs of a job script that it knows, whose submission may have been given no answer; some may have ended.
    ///
    /// # Errors
    /// [`QueryError`] where it gives no answer that can be relied on: then the job may be there.
    fn find(&self, sought: &SoughtJob<'_>) -> Result<Vec<FoundJob>, QueryError>;

    /// What it says of jobs, by their ids; an array's id stands for all its jobs.
    ///
    /// # Errors
    /// [`QueryError`] where it gives no answer that can be relied on: that says nothing of the jobs.
    fn query(&self, ids: &[String]) -> Result<BatchReport, QueryError>;

    /// Ends a job, or takes it from the queue. One that is over already is no error.
    ///
    /// # Errors
    /// [`QueryError`] where it can't be asked to.
    fn cancel(&self, id: &str) -> Result<(), QueryError>;
}

/// The batch system of a kind.
pub fn batch_system(kind: BatchKind) -> Box<dyn BatchSystem> {
    match kind {
        BatchKind::Slurm => Box::new(slurm::Slurm),
        BatchKind::Pbs | BatchKind::Torque => Box::new(pbs::Pbs { kind }),
    }
}

/// The batch system whose commands this machine has.
pub fn detect() -> Option<BatchKind> {
    if is_on_path("sbatch") {
        return Some(BatchKind::Slurm);
    }
    is_on_path("qsub").then(pbs::dialect)
}

/// Whether a command is on `PATH`.
pub fn is_on_path(program: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let is_program =
        |path: &Path| path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0);
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|at| is_program(&at.join(program))))
}
