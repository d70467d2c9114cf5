//! The command line: one file a subcommand, thin over the Rust API.
//!
//! What belongs to all of them is here: parsing, what an error looks like, and exit codes: 0 where all went well, 1 where a
//! script or run failed, 2 where the command line is wrong, 130 and 143 where it was interrupted or terminated (`runtime` does that), or
//! what a script gave to `sys.exit`. Of several ranks only the first speaks.

mod allocation;
mod arguments;
mod cancel;
mod convert;
mod doctor;
mod explain;
mod info;
mod job_arguments;
mod job_check;
mod job_dependencies;
mod job_launcher;
mod job_lookup;
mod job_request;
mod job_view;
mod logs;
mod output;
mod remedy;
mod resume;
mod run;
mod run_directory;
mod session;
mod sites;
mod status;
mod submit;
mod wait;

use crate::environment::Environment;
use crate::script::ScriptError;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Exit code of a run that failed.
const FAILED: u8 = 1;
/// Exit code where the command line is wrong.
const USAGE: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  swath run ndvi.py                      one process, all cores
  mpirun -n 4 swath run ndvi.py          rank 0 schedules, ranks 1 to 3 work
  swath explain ndvi.py                  what would run, and what memory it takes
  swath info scene.zarr                  what a store holds
  swath convert air.nc air.zarr          NetCDF to Zarr
  swath submit --nodes 4 -t 2h ndvi.py   a job of Slurm or PBS on four nodes";

/// Runs xarray and Dask scripts on any number of cores and nodes, without Python.
#[derive(Debug, Parser)]
#[command(name = "swath", version, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs a script.
    Run(run::RunArguments),
    /// Shows a store: its dataset as xarray prints it, then chunks, codecs and sizes of each array.
    Info(info::InfoArguments),
    /// Copies a NetCDF-4, HDF5 or Zarr store to a Zarr store: other chunks, shards, compression.
    Convert(Box<convert::ConvertArguments>),
    /// Shows what a script would compute: optimised plans and their stages. Computes and writes nothing.
    Explain(explain::ExplainArguments),
    /// Submits a script as a job of Slurm or PBS, which goes on through walltimes and lost nodes until it has finished.
    Submit(submit::SubmitArguments),
    /// Writes the job script that `submit` would submit.
    Script(submit::ScriptFileArguments),
    /// Lists the sites whose defaults and limits are known, or shows one.
    Sites(sites::SitesArguments),
    /// Shows what has become of jobs: in the queue, running (how far), finished, failed (why).
    Status(status::StatusArguments),
    /// Shows the output of a job.
    Logs(logs::LogsArguments),
    /// Ends a job, at once or in good order.
    Cancel(cancel::CancelArguments),
    /// Submits a job again, to go on where it stopped, on as many nodes or others.
    Resume(resume::ResumeArguments),
    /// Waits until jobs are over; the exit code is theirs.
    Wait(wait::WaitArguments),
    /// Checks what runs need of this machine: MPI, libraries, file systems, the batch system, limits.
    Doctor(doctor::DoctorArguments),
}

/// Why the command comes to its end before it is done.
pub enum Ended {
    /// The command line is wrong, or asks for help.
    Usage(clap::Error),
    /// Something failed.
    Failed(anyhow::Error),
    /// The script failed; a script that calls `sys.exit` has said what it had to.
    Script(ScriptError),
}

impl From<anyhow::Error> for Ended {
    fn from(error: anyhow::Error) -> Ended {
        Ended::Failed(error)
    }
}

/// The command line of this process.
///
/// # Errors
/// [`Ended::Usage`] where it is wrong, or asks for help.
pub fn parse() -> Result<Command, Ended> {
    Arguments::try_parse().map(|arguments| arguments.command).map_err(Ended::Usage)
}

/// Does what the command line says; gives the exit code.
///
/// # Errors
/// Where that fails.
pub fn dispatch(command: Command) -> Result<u8, Ended> {
    match command {
        Command::Run(arguments) => run::execute(&arguments),
        Command::Info(arguments) => info::execute(&arguments),
        Command::Convert(arguments) => convert::execute(&arguments),
        Command::Explain(arguments) => explain::execute(&arguments),
        Command::Submit(arguments) => submit::execute(&arguments),
        Command::Script(arguments) => submit::write_script(&arguments),
        Command::Sites(arguments) => sites::execute(&arguments),
        Command::Status(arguments) => status::execute(&arguments),
        Command::Logs(arguments) => logs::execute(&arguments),
        Command::Cancel(arguments) => cancel::execute(&arguments),
        Command::Resume(arguments) => resume::execute(&arguments),
        Command::Wait(arguments) => wait::execute(&arguments),
        Command::Doctor(arguments) => doctor::execute(&arguments),
    }
}

/// Says what went wrong, on the first rank, and gives the exit code.
pub fn exit_code(ended: Result<u8, Ended>) -> ExitCode {
    ExitCode::from(match ended {
        Ok(code) => code,
        Err(ended) => {
            if is_first_rank() {
                ended.say();
            }
            ended.code()
        }
    })
}

impl Ended {
    /// Tells the user.
    fn say(&self) {
        match self {
            // Help, asked for.
            Ended::Usage(error) if !error.use_stderr() => {
                output::show(&error.render().to_string());
            }
            Ended::Usage(error) => {
                let text = error.render().to_string();
                let text = text.strip_prefix("error: ").map_or(text.clone(), |text| format!("swath: {text}"));
                output::complain(text.trim_end());
            }
            Ended::Failed(error) => {
                let remedy = remedy::of(error).map_or(String::new(), |remedy| format!("\n  {remedy}"));
                output::complain(&format!("swath: {}{remedy}", output::one_line(error)));
            }
            Ended::Script(ScriptError::Exit { .. }) => {}
            Ended::Script(error) => output::complain(&format!("swath: {error}")),
        }
    }

    /// What went wrong, for the record.
    fn message(&self) -> Option<String> {
        match self {
            Ended::Usage(error) => Some(error.to_string()),
            Ended::Failed(error) => Some(output::one_line(error)),
            Ended::Script(error) => Some(error.to_string()),
        }
    }

    fn code(&self) -> u8 {
        match self {
            Ended::Usage(error) if error.use_stderr() => USAGE,
            Ended::Usage(_) => 0,
            // The low byte is what the system passes on.
            Ended::Script(ScriptError::Exit { status }) => *status as u8,
            Ended::Failed(_) | Ended::Script(_) => FAILED,
        }
    }
}

/// Whether this process speaks for all that were started together.
fn is_first_rank() -> bool {
    Environment::detect().ranks.rank == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn everything_after_the_script_is_the_scripts() {
        let line = ["swath", "run", "--threads", "2", "a.py", "--quiet", "--", "-x"];
        let Command::Run(arguments) = Arguments::try_parse_from(line).unwrap().command else { panic!("it says run") };
        assert_eq!(arguments.script.words(), ["a.py", "--quiet", "--", "-x"]);
        assert!(!arguments.quiet);
        assert!(Arguments::try_parse_from(["swath", "run"]).is_err());
        assert!(Arguments::try_parse_from(["swath", "run", "--memory", "lots", "a.py"]).is_err());
    }
}
