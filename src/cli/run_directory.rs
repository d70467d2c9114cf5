//! Options of `swath run` about its run directory, and opening it.

use super::Ended;
use super::arguments::ScriptArguments;
use super::output::complain;
use crate::journal::{JournalError, Start};
use crate::runtime::{RunOptions, RuntimeError, Session};
use anyhow::Error;
use clap::Args;
use std::path::PathBuf;

/// What is kept of a run, and where.
#[derive(Debug, Args)]
pub struct RunDirectoryArguments {
    /// Go on where the last attempt of this run stopped, on any number of ranks: what is finished isn't computed again.
    #[arg(long)]
    resume: bool,

    /// Start over, even with --resume: what the last attempt has left unfinished is removed.
    #[arg(long)]
    fresh: bool,

    /// Where the run records what is finished; on a file system that all ranks see [default: .swath/runs/NAME-DIGEST].
    #[arg(long, value_name = "DIR")]
    run_dir: Option<PathBuf>,

    /// Leave the run directory when the run has finished.
    #[arg(long)]
    keep_run_dir: bool,
}

impl RunDirectoryArguments {
    /// Opens the run directory of a script. Where none was asked for and none can be made, the run goes on without.
    ///
    /// # Errors
    /// Where the directory is another run's or another process has it, or it was named and can't be made.
    pub fn open(&self, script: &ScriptArguments, session: &Session) -> Result<(), Ended> {
        // A pipe can be read once, and is another one the next time; a script that can't be read fails by itself.
        let is_file = script.path().metadata().is_ok_and(|metadata| metadata.is_file());
        let Some(text) = is_file.then(|| std::fs::read(script.path()).ok()).flatten() else { return Ok(()) };
        let options = RunOptions {
            directory: self.run_dir.clone(),
            script: script.path().to_owned(),
            text,
            arguments: script.arguments().to_vec(),
            start: if self.resume && !self.fresh { Start::Resume } else { Start::Afresh },
            keeps_directory: self.keep_run_dir,
        };
        match session.open_run(&options) {
            Ok(()) => Ok(()),
            Err(RuntimeError::Journal(error @ JournalError::Io { .. })) if self.run_dir.is_none() => {
                complain(&format!("swath: this run can't be resumed later: {error}"));
                Ok(())
            }
            Err(error) => Err(Ended::Failed(Error::from(error))),
        }
    }
}
