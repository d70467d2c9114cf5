//! `swath run`: runs a script, as one process or as one rank of several.

use super::Ended;
use super::allocation::{self, Start};
use super::arguments::{RankZeroArguments, ResourceArguments, ScriptArguments};
use super::output::complain;
use super::run_directory::RunDirectoryArguments;
use super::session::{close_run, in_session};
use crate::environment::Environment;
use crate::monitor;
use crate::runtime::{Session, SessionOptions};
use crate::script;
use crate::transport::mpi_library;
use anyhow::Error;
use clap::Args;
use std::rc::Rc;

const EXAMPLES: &str = "\
Examples:
  swath run ndvi.py
  swath run --threads 8 --memory 16GiB ndvi.py scene.zarr ndvi.zarr
  mpirun -n 4 swath run --quiet ndvi.py
  srun --ntasks-per-node=2 swath run ndvi.py
  swath run --resume ndvi.py              goes on where the last attempt stopped

Of several ranks, rank 0 runs the script and schedules, the others compute; with a node to itself it computes too.";

/// Arguments of `swath run`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RunArguments {
    #[command(flatten)]
    resources: ResourceArguments,

    #[command(flatten)]
    rank_zero: RankZeroArguments,

    /// Seed of random arrays to which the script gives none: every run draws the same numbers.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// No progress and no summary.
    #[arg(long, short)]
    pub quiet: bool,

    #[command(flatten)]
    run_directory: RunDirectoryArguments,

    #[command(flatten)]
    pub script: ScriptArguments,
}

/// Runs the script, or works for the rank that does; gives the exit code.
///
/// # Errors
/// Where the ranks can't be started, or the script fails.
pub fn execute(arguments: &RunArguments) -> Result<u8, Ended> {
    let environment = arguments.rank_zero.environment();
    check_start(arguments, &environment)?;
    let mut observers = monitor::panels(arguments.quiet || environment.ranks.rank > 0);
    if environment.ranks.rank == 0 {
        observers.extend(arguments.run_directory.progress_file());
    }
    let options = SessionOptions {
        threads: arguments.resources.threads(&environment),
        rank_zero_computes: environment.rank_zero_computes,
        memory_bytes: arguments.resources.memory_bytes(&environment),
        io_threads: arguments.resources.io_threads(&environment),
        scratch: arguments.resources.scratch(),
        seed: arguments.seed,
        observers,
    };
    in_session(options, |session| {
        let memory_bytes = arguments.resources.memory_bytes(&environment);
        let node = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let line = allocation::line(&environment, &session.describe(), &node, memory_bytes);
        line.iter().filter(|_| !arguments.quiet).for_each(|line| complain(line));
        run_script(arguments, session)
    })
}

/// Looks for mistakes in how this rank was started: warns of them on the first rank, and refuses those that can't but fail.
fn check_start(arguments: &RunArguments, environment: &Environment) -> Result<(), Ended> {
    let start = Start {
        environment,
        threads: arguments.resources.threads(environment),
        memory_bytes: arguments.resources.memory_bytes(environment),
        variable: &|name| std::env::var(name).ok(),
        file: &|path| std::fs::read_to_string(path).ok(),
        is_open_mpi: environment.ranks.count > 1 && mpi_library().is_some_and(|library| library.contains("Open MPI")),
    };
    for mistake in start.mistakes() {
        if mistake.is_fatal() {
            // Nodes may differ: where rank 0 has none to tell, the first rank of the node does.
            if environment.ranks.rank > 0 && environment.ranks.local_rank == 0 {
                complain(&format!("swath: rank {}: {mistake}\n  {}", environment.ranks.rank, mistake.remedy()));
            }
            return Err(Ended::Failed(Error::from(mistake)));
        }
        if environment.ranks.rank == 0 && !arguments.quiet {
            complain(&mistake.warning());
        }
    }
    Ok(())
}

/// Runs the script with its run directory.
fn run_script(arguments: &RunArguments, session: &Rc<Session>) -> Result<(), Ended> {
    arguments.run_directory.open(&arguments.script, session)?;
    let script = &arguments.script;
    let ended = script::run_file(script.path(), script.arguments(), session.clone()).map_err(Ended::Script);
    close_run(session, ended, arguments.quiet)
}
