//! Options of `swath run` about its run directory, and opening it.

use super::Ended;
use super::arguments::ScriptArguments;
use super::output::complain;
use crate::event::Observer;
use crate::journal::{JournalError, Start};
use crate::monitor::ProgressFile;
use crate::runtime::{RunOptions, RuntimeError, Session, Times};
use anyhow::Error;
use clap::Args;
use jiff::{SignedDuration, Timestamp, Zoned, civil};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How often a file that asks for a stop is looked for.
const STOP_INTERVAL: Duration = Duration::from_secs(1);

/// How often a run directory that another process has is looked at.
const OWNER_INTERVAL: Duration = Duration::from_secs(2);
/// How long it is waited for: longer than an owner is silent before it counts as gone.
const OWNER_PATIENCE: Duration = Duration::from_secs(180);

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

    /// When the run must have left, as in 90min, 18:30 or 2031-01-31T08:00: before, it stops in good order, keeps what is
    /// done and ends with exit code 75. SIGUSR1 asks for the same.
    #[arg(long, value_name = "TIME", value_parser = deadline)]
    deadline: Option<Instant>,

    /// Time that stopping may take, as in 60s.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = duration)]
    grace: Duration,

    /// Where another process has the run directory, wait until that has left or counts as gone, for three minutes at most:
    /// an attempt before this one may have been killed on another node.
    #[arg(long, requires = "run_dir", hide = true)]
    await_run_dir: bool,

    /// Stop in good order as soon as this file is there, as on SIGUSR1: for batch systems whose signals don't reach a run.
    #[arg(long, value_name = "FILE", hide = true)]
    stop_file: Option<PathBuf>,

    /// Time between two checkpoints of unfinished reductions: what a kill may cost of them.
    #[arg(long, value_name = "DURATION", default_value = "5min", value_parser = duration)]
    checkpoint: Duration,

    /// Time in which nothing has happened and no task has run, after which the run is given up.
    #[arg(long, value_name = "DURATION", default_value = "5min", value_parser = duration, hide = true)]
    stall_limit: Duration,
}

impl RunDirectoryArguments {
    /// Keeps a run directory that stays told how far the run has come, for those who look from elsewhere.
    pub fn progress_file(&self) -> Option<Box<dyn Observer>> {
        let directory = self.run_dir.as_ref().filter(|_| self.keep_run_dir)?;
        Some(Box::new(ProgressFile::start(directory)))
    }

    /// Opens the run directory of a script. Where none was asked for and none can be made, the run goes on without.
    ///
    /// # Errors
    /// Where the directory is another run's or another process has it, or it was named and can't be made.
    pub fn open(&self, script: &ScriptArguments, session: &Session) -> Result<(), Ended> {
        // A pipe can be read once, and is another one the next time; a script that can't be read fails by itself.
        let is_file = script.path().metadata().is_ok_and(|metadata| metadata.is_file());
        let Some(text) = is_file.then(|| std::fs::read(script.path()).ok()).flatten() else { return Ok(()) };
        self.open_named(script.path(), text, script.arguments(), session)
    }

    /// The same for a run of a name that is known by a text and arguments.
    ///
    /// # Errors
    /// As [`RunDirectoryArguments::open`].
    pub fn open_named(
        &self,
        name: impl Into<PathBuf>,
        text: Vec<u8>,
        arguments: &[String],
        session: &Session,
    ) -> Result<(), Ended> {
        let (deadline, grace, checkpoint) = (self.deadline, self.grace, self.checkpoint);
        let times = Times { deadline, grace, checkpoint, stall: self.stall_limit };
        session.set_times(times).map_err(Error::from)?;
        let options = RunOptions {
            directory: self.run_dir.clone(),
            script: name.into(),
            text,
            arguments: arguments.to_vec(),
            start: if self.resume && !self.fresh { Start::Resume } else { Start::Afresh },
            keeps_directory: self.keep_run_dir,
        };
        if let Some(file) = self.stop_file.clone() {
            watch_stop_file(file).map_err(Error::from)?;
        }
        match self.open_run(&options, session) {
            Ok(()) => Ok(()),
            Err(RuntimeError::Journal(error @ JournalError::Io { .. })) if self.run_dir.is_none() => {
                complain(&format!("swath: this run can't be resumed later: {error}"));
                Ok(())
            }
            Err(error) => Err(Ended::Failed(Error::from(error))),
        }
    }
}

impl RunDirectoryArguments {
    /// Opens the run directory; where it is to be waited for, as soon as nobody has it.
    fn open_run(&self, options: &RunOptions, session: &Session) -> Result<(), RuntimeError> {
        let since = Instant::now();
        let mut has_said = false;
        loop {
            let opened = session.open_run(options);
            let Err(RuntimeError::Journal(JournalError::Held { owner, silent_seconds, .. })) = &opened else {
                return opened;
            };
            if !self.await_run_dir || since.elapsed() > OWNER_PATIENCE {
                return opened;
            }
            if !has_said {
                complain(&format!(
                    "swath: the run directory belongs to {owner}, silent for {silent_seconds} s; waiting until it has left or counts as gone"
                ));
                has_said = true;
            }
            std::thread::sleep(OWNER_INTERVAL);
        }
    }
}

/// Has this process ask itself to stop, by the signal that asks for it, once a file is there.
///
/// # Errors
/// Where no thread can be started.
fn watch_stop_file(file: PathBuf) -> std::io::Result<()> {
    let work = move || {
        while !file.exists() {
            std::thread::sleep(STOP_INTERVAL);
        }
        // Only a process that isn't there can't be told.
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::USR1);
    };
    std::thread::Builder::new().name("swath-stop-file".to_owned()).spawn(work).map(drop)
}

/// A duration as users write it.
fn duration(text: &str) -> Result<Duration, String> {
    let found = text.parse::<SignedDuration>().ok().and_then(|found| Duration::try_from(found).ok());
    found.filter(|found| !found.is_zero()).ok_or_else(|| "expected a duration as in 90s, 5min or 1h30m".to_owned())
}

/// A deadline as users write it: a duration from now, a time of day or an instant, in the local time zone.
fn deadline(text: &str) -> Result<Instant, String> {
    let left = match duration(text) {
        Ok(left) => left,
        Err(_) => time_until(text, &Zoned::now())?,
    };
    Ok(Instant::now() + left)
}

/// Time from now to an instant, or to the next time that a clock shows this time of day.
fn time_until(text: &str, now: &Zoned) -> Result<Duration, String> {
    let local = |when: civil::DateTime| when.to_zoned(now.time_zone().clone()).ok().map(|when| when.timestamp());
    let next = |time: civil::Time| {
        let today = local(now.date().to_datetime(time))?;
        if today > now.timestamp() { Some(today) } else { local(now.date().tomorrow().ok()?.to_datetime(time)) }
    };
    let instant = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<civil::DateTime>().ok().and_then(local))
        .or_else(|| text.parse::<civil::Time>().ok().and_then(next))
        .ok_or_else(|| "expected a duration as in 90min, or a time as in 18:30 or 2031-01-31T08:00".to_owned())?;
    Duration::try_from(instant.duration_since(now.timestamp())).map_err(|_| format!("{instant} is over"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_read_as_users_write_them() {
        let now: Zoned = "2031-01-31T18:00[UTC]".parse().unwrap();
        let minutes = |text: &str| time_until(text, &now).map(|left| left.as_secs() / 60);
        assert_eq!(minutes("18:30"), Ok(30));
        assert_eq!(minutes("17:00:00"), Ok(23 * 60));
        assert_eq!(minutes("2031-02-01T08:00"), Ok(14 * 60));
        assert_eq!(minutes("2031-01-31T18:05:00Z"), Ok(5));
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("200ms"), Ok(Duration::from_millis(200)));
        assert!(minutes("2031-01-31T17:00").is_err() && minutes("soon").is_err() && duration("0s").is_err());
        assert!(deadline("-5min").is_err());
    }
}
