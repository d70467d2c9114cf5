//! The jobs that have to end before another starts: ours by their names, others by their ids.

use super::Ended;
use super::job_lookup::find_unanswered;
use super::job_view::{lines_of_all, own_lines};
use crate::launcher::job_spec::{self, Condition, Dependency};
use crate::launcher::state::TERMINATED;
use crate::launcher::{Attempt, AttemptKind, JobDirectory, JobDirectoryError, attempt};
use anyhow::anyhow;
use std::path::Path;

/// What `--after` names. A job of ours that has ended as it should is nothing to wait for.
///
/// # Errors
/// Where there is no such job, it was never submitted, or has ended otherwise.
pub fn dependencies(named: &[String], working_directory: &Path) -> Result<Vec<Dependency>, Ended> {
    let mut found = Vec::new();
    for text in named {
        let (job, condition) = job_spec::dependency(text).map_err(anyhow::Error::from)?;
        match JobDirectory::open(working_directory, &job) {
            Ok(directory) => found.extend(of_ours(&job, &directory, condition)?),
            Err(JobDirectoryError::Missing { .. }) if job.starts_with(|first: char| first.is_ascii_digit()) => {
                found.push(Dependency { id: job, condition, directory: None, jobs: 1 });
            }
            Err(error) => return Err(Ended::Failed(error.into())),
        }
    }
    Ok(found)
}

/// A job of ours; `None` where it has ended as it should.
fn of_ours(job: &str, directory: &JobDirectory, condition: Condition) -> Result<Option<Dependency>, Ended> {
    let record = directory.record().map_err(anyhow::Error::from)?;
    let mut attempts = directory.attempts().map_err(anyhow::Error::from)?;
    find_unanswered(directory, &record, &mut attempts).map_err(anyhow::Error::from)?;
    let lines = own_lines(&lines_of_all(&attempts, &record), &record, None);
    let Some(newest) = attempt::newest(&lines) else {
        let line = format!("which id job {job} has isn't known\n  submit it first, or name its id: --after ID");
        return Err(Ended::Failed(anyhow!(line)));
    };
    let id = lines[newest].id.clone();
    // Of an array, some may have ended, and some not.
    if let Some(code) = end(&lines, &id).filter(|_| record.job.array.is_none()) {
        let is_met = match condition {
            Condition::Ok => code == 0,
            Condition::Any => true,
            Condition::Fail => code != 0,
        };
        if is_met {
            return Ok(None);
        }
        let line = format!(
            "job {job} has ended with exit code {code} already, so that this one would never start\n  have it go on (swath \
             resume {job}), or say on what else to wait: --after {job}:any, {job}:fail"
        );
        return Err(Ended::Failed(anyhow!(line)));
    }
    let jobs = record.job.array.as_ref().map_or(1, |array| array.indices().count() as u64);
    Ok(Some(Dependency { id, condition, directory: Some(directory.path().to_owned()), jobs }))
}

/// Exit code of a job that has ended by its own word.
fn end(lines: &[Attempt], id: &str) -> Option<i32> {
    let last = lines.iter().rfind(|line| line.id == id)?;
    last.exit_code.filter(|_| last.kind == AttemptKind::Ended && last.exit_code != Some(TERMINATED))
}
