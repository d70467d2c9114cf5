//! `swath run`: runs a script, as one process or as one rank of several.

use super::Ended;
use super::allocation::{self, Start};
use super::arguments::{ResourceArguments, ScriptArguments};
use super::output::complain;
use super::run_directory::RunDirectoryArguments;
use crate::environment::Environment;
use crate::journal::{Ending, Outcome};
use crate::monitor;
use crate::runtime::{DRAINED, Session, SessionOptions, Started};
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

Of several ranks, rank 0 runs the script and schedules, the others compute.";

/// Arguments of `swath run`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RunArguments {
    #[command(flatten)]
    resources: ResourceArguments,

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
    let environment = Environment::detect();
    check_start(arguments, &environment)?;
    let mut observers = monitor::panels(arguments.quiet || environment.ranks.rank > 0);
    if environment.ranks.rank == 0 {
        observers.extend(arguments.run_directory.progress_file());
    }
    let options = SessionOptions {
        threads: arguments.resources.threads(&environment),
        memory_bytes: arguments.resources.memory_bytes(&environment),
        io_threads: arguments.resources.io_threads(&environment),
        scratch: arguments.resources.scratch(),
        seed: arguments.seed,
        observers,
    };
    let session = match Session::start(options).map_err(Error::from)? {
        Started::Session(session) => Rc::new(session),
        Started::Served { exit_code } => return Ok(exit_code as u8),
    };
    let memory_bytes = arguments.resources.memory_bytes(&environment);
    let node = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let line = allocation::line(&environment, &session.describe(), &node, memory_bytes);
    line.iter().filter(|_| !arguments.quiet).for_each(|line| complain(line));
    let code = match run_script(arguments, &session) {
        _ if session.is_drained() => {
            complain("swath: stopped as asked; --resume goes on from here");
            DRAINED as u8
        }
        Ok(()) => 0,
        Err(ended) => {
            // Before the other ranks leave: launchers end rank 0 when another rank fails.
            ended.say();
            ended.code()
        }
    };
    session.finish(code.into());
    Ok(code)
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
    let outcome = match &ended {
        _ if session.is_drained() => Outcome { ending: Ending::Drained, message: None, exit_code: DRAINED },
        Ok(()) => Outcome { ending: Ending::Finished, message: None, exit_code: 0 },
        Err(ended) => Outcome { ending: Ending::Failed, message: ended.message(), exit_code: ended.code().into() },
    };
    let skipped = session.close_run(&outcome).map_err(Error::from)?;
    if let (Some(skipped), false) = (skipped, arguments.quiet) {
        complain(&format!(
            "resumed: {} of {} chunks, {} values, {} partial results were there",
            skipped.chunks, skipped.chunks_total, skipped.values, skipped.partials
        ));
    }
    ended
}
