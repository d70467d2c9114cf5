//! `swath submit` and `swath script`: from a script to a job script, checked beforehand, and into the queue.

use super::Ended;
use super::job_arguments::JobArguments;
use super::job_check::check_script;
use super::job_lookup::after_silence;
use super::job_request::{JobRequest, job_request};
use super::output::{complain, show};
use crate::launcher::shell::joined;
use crate::launcher::template::JobScript;
use crate::launcher::{self, Attempt, AttemptKind, BatchKind, JobDirectory, JobRecord, now_seconds, publish};
use anyhow::{Context, Error};
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  swath submit --nodes 4 --time 2h --account abc ndvi.py scene.zarr
  swath submit --site archer2 --nodes 64 --time 24:00:00 climatology.py
  swath submit --nodes 2 --time 1h --dry-run ndvi.py          prints what would be submitted
  swath submit --array 2000-2020%4 --time 1h year.py 'era5-{index}.zarr'
  swath submit --after ndvi --time 10min report.py

The job drains before its walltime ends, is submitted again, at most --attempts times in all, and goes on where it stopped.";

/// Arguments of `swath submit`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SubmitArguments {
    /// Print the job script, and on standard error the command that would submit it; submit nothing.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    job: JobArguments,
}

/// Arguments of `swath script`.
#[derive(Debug, Args)]
pub struct ScriptFileArguments {
    /// Where the job script goes [default: job.sh in the job's directory].
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    job: JobArguments,
}

/// Submits a job.
///
/// # Errors
/// Where it can't be what it is to be, its script fails beforehand, or the batch system refuses it.
pub fn execute(arguments: &SubmitArguments) -> Result<u8, Ended> {
    let request = job_request(&arguments.job)?;
    check_script(&request, arguments.job.no_check)?;
    if arguments.dry_run {
        let directory = JobDirectory::at(&request.working_directory, &request.job.name);
        let script = request.script(&directory);
        let submission = joined(&script.submission()).map_err(Error::from)?;
        show(&script.render().map_err(Error::from)?);
        complain(&format!("swath: would be submitted by: {submission}"));
        return Ok(0);
    }
    let (directory, record, submission) = request.prepare()?;
    // What starts before its id is written down counts from here.
    directory.append(&Attempt::now(AttemptKind::Submitting, "")).map_err(Error::from)?;
    match launcher::batch_system(request.kind).submit(&submission) {
        Ok(id) => {
            directory.append(&Attempt::now(AttemptKind::First, &id)).map_err(Error::from)?;
            Ok(submitted(&directory, request.kind, &id))
        }
        Err(error) => match after_silence(&directory, &record, &error) {
            Some(id) => {
                complain(&format!("swath: {error}; the job is in the queue all the same"));
                Ok(submitted(&directory, request.kind, &id))
            }
            None => {
                // Whoever can be in the queue needs its directory.
                if error.is_certain() {
                    directory.remove().map_err(Error::from)?;
                }
                Err(Ended::Failed(error.into()))
            }
        },
    }
}

/// Says which job it is.
fn submitted(directory: &JobDirectory, kind: BatchKind, id: &str) -> u8 {
    let name = directory.name();
    show(&format!("{name}: {kind} job {id}\n"));
    complain(&format!("swath: to see how it does: swath status {name}, swath logs -f {name}"));
    0
}

/// Writes a job script, and all that it needs.
///
/// # Errors
/// Where it can't be what it is to be, or its script fails beforehand.
pub fn write_script(arguments: &ScriptFileArguments) -> Result<u8, Ended> {
    let request = job_request(&arguments.job)?;
    check_script(&request, arguments.job.no_check)?;
    let (directory, _, mut submission) = request.prepare()?;
    if let Some(output) = &arguments.output {
        let text = std::fs::read(directory.job_script()).context("can't read the job script again")?;
        publish(&request.working_directory.join(output), &text, 0o700).map_err(Error::from)?;
        submission.pop();
        submission.push(output.display().to_string());
    }
    let submission = joined(&submission).map_err(Error::from)?;
    show(&format!("{}: to submit it: {submission}\n", directory.name()));
    Ok(0)
}

impl JobRequest {
    /// The job script in a job's directory.
    fn script<'a>(&'a self, directory: &'a JobDirectory) -> JobScript<'a> {
        JobScript {
            kind: self.kind,
            job: &self.job,
            directory,
            working_directory: &self.working_directory,
            swath: &self.swath,
            template: self.template.as_ref().map(|(name, text)| (name.as_str(), text.as_str())),
        }
    }

    /// Makes the job's directory with all that is in it; gives its record and the words that submit it, too.
    fn prepare(&self) -> Result<(JobDirectory, JobRecord, Vec<String>), Ended> {
        let text = std::fs::read(&self.job.script)
            .with_context(|| format!("can't read script {}", self.job.script.display()))?;
        let planned = JobDirectory::at(&self.working_directory, &self.job.name);
        let job_script = self.script(&planned).render().map_err(Error::from)?;
        if let Some(logs) = &self.job.log_directory {
            std::fs::create_dir_all(logs).with_context(|| format!("can't create {}", logs.display()))?;
        }
        let directory = JobDirectory::create(&self.working_directory, &self.job.name).map_err(Error::from)?;
        let record = JobRecord {
            job: self.job.clone(),
            batch: self.kind,
            working_directory: self.working_directory.clone(),
            swath: self.swath.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            created: now_seconds(),
            template: self.template.as_ref().map(|(name, _)| name.clone()),
        };
        let kept = self.template.as_ref().map_or(Ok(()), |(_, text)| directory.keep_template(text));
        let filled = kept.and_then(|()| directory.fill(&text, &job_script)).and_then(|()| directory.save(&record));
        if let Err(error) = filled {
            // Half a job is none; why is worth more than a second failure.
            let _ = directory.remove();
            return Err(Ended::Failed(error.into()));
        }
        let submission = self.script(&directory).submission();
        Ok((directory, record, submission))
    }
}
