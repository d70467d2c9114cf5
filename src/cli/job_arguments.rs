//! Options of `swath submit` and `swath script` that say what a job is to be.

use super::arguments::{ScriptArguments, memory};
use crate::launcher::array_indices::ArrayError;
use crate::launcher::job_spec::{self, JobSpecError};
use crate::launcher::{ArrayIndices, MpiFamily, MpiLauncher};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// A batch system, as users name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BatchName {
    /// Slurm.
    Slurm,
    /// OpenPBS and PBS Professional.
    Pbs,
    /// Torque.
    Torque,
}

/// What a job is to be.
#[derive(Debug, Args)]
pub struct JobArguments {
    /// Batch system [default: the site's, or what this machine has].
    #[arg(long, value_name = "SYSTEM")]
    pub on: Option<BatchName>,

    /// Site whose defaults and limits count; `swath sites` lists them.
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,

    /// Nodes.
    #[arg(long, short = 'N', value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub nodes: Option<u32>,

    /// MPI ranks on each node [default: one a NUMA domain, or one].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub ranks_per_node: Option<u32>,

    /// Threads of a rank, and cores [default: a node's cores, divided among its ranks].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub threads: Option<u32>,

    /// Memory of each node, as in 200GiB [default: the queue's].
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub memory: Option<u64>,

    /// Walltime, in any form of Slurm or PBS, as in 02:30:00 or 1-12:00, or with units, as in 90min.
    #[arg(long, short = 't', value_name = "TIME")]
    pub time: Option<String>,

    /// Name of the job [default: the script's, and a number where that is taken].
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// Account or project that pays.
    #[arg(long, short = 'A', value_name = "NAME")]
    pub account: Option<String>,

    /// Queue, or partition.
    #[arg(long, short = 'q', value_name = "NAME", visible_alias = "partition")]
    pub queue: Option<String>,

    /// Quality of service.
    #[arg(long, value_name = "NAME")]
    pub qos: Option<String>,

    /// What nodes must have: features of Slurm, further resources of a PBS chunk.
    #[arg(long, value_name = "FEATURES")]
    pub constraint: Option<String>,

    /// Share the nodes with nobody.
    #[arg(long)]
    pub exclusive: bool,

    /// An array of jobs, as in 0-15 or 0-15%4 (four at once). Each finds its index in SWATH_ARRAY_INDEX, and in the script's
    /// arguments for {index}.
    #[arg(long, value_name = "INDICES", value_parser = array)]
    pub array: Option<ArrayIndices>,

    /// Start when another job, by name or id, has ended well; whatever it ended with (:any), or badly (:fail). Repeatable.
    #[arg(long, value_name = "JOB[:ok|any|fail]")]
    pub after: Vec<String>,

    /// Whom the batch system writes to, and about what, as in ada@example.org:begin,end,fail.
    #[arg(long, value_name = "ADDRESS[:EVENTS]", value_parser = mail)]
    pub mail: Option<job_spec::Mail>,

    /// A variable of the job. Repeatable.
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub env: Vec<(String, String)>,

    /// An environment module that the job loads. Repeatable.
    #[arg(long, value_name = "NAME")]
    pub module: Vec<String>,

    /// A further directive, as the batch system takes it. Repeatable.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub directive: Vec<String>,

    /// Leave out directives that begin with this. Repeatable.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub skip_directive: Vec<String>,

    /// A line of shell before the run. Repeatable.
    #[arg(long, value_name = "LINE")]
    pub prologue: Vec<String>,

    /// A line of shell after the run has finished. Repeatable.
    #[arg(long, value_name = "LINE")]
    pub epilogue: Vec<String>,

    /// Where the job's output goes [default: .swath/jobs/NAME/logs].
    #[arg(long, value_name = "DIR")]
    pub log_dir: Option<PathBuf>,

    /// What starts the ranks: srun, mpirun or mpiexec (with the options of the MPI library's own), intelmpi (mpiexec.hydra),
    /// pals (HPE Cray) or none (one process) [default: the MPI library's own].
    #[arg(long, value_name = "NAME")]
    pub launcher: Option<MpiLauncher>,

    /// MPI library of the job, where its modules have another than swath is built with here: openmpi, mpich (and MVAPICH),
    /// intel or cray.
    #[arg(long, value_name = "LIBRARY")]
    pub mpi: Option<MpiFamily>,

    /// Further arguments of the launcher, quoted as in a shell; may name variables of the job, as in '--hostfile
    /// $PBS_NODEFILE'. Repeatable.
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub launcher_args: Vec<String>,

    /// Leave ranks and threads where the system puts them, instead of on cores of their own.
    #[arg(long)]
    pub no_bind: bool,

    /// How often the job may run: where it was stopped by its walltime or lost a node, it is submitted again and goes on.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub attempts: Option<u32>,

    /// Time before the walltime's end that stopping in good order may take, as in 2min [default: 60s, or a tenth of the
    /// walltime].
    #[arg(long, value_name = "DURATION")]
    pub grace: Option<String>,

    /// Directory of each node for what memory doesn't hold; may name variables of the job, as in $TMPDIR.
    #[arg(long, value_name = "DIR")]
    pub scratch: Option<String>,

    /// Further options of `swath run`, quoted as in a shell, as in '--seed 7'. Repeatable.
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub run_args: Vec<String>,

    /// A template of your own instead of Swath's (see slurm/job.sh and pbs/job.sh).
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,

    /// Don't evaluate the script beforehand.
    #[arg(long)]
    pub no_check: bool,

    #[command(flatten)]
    pub script: ScriptArguments,
}

fn array(text: &str) -> Result<ArrayIndices, ArrayError> {
    text.parse()
}

fn mail(text: &str) -> Result<job_spec::Mail, JobSpecError> {
    job_spec::mail(text)
}

fn variable(text: &str) -> Result<(String, String), JobSpecError> {
    job_spec::variable(text)
}
