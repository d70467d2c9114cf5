//! Jobs whose submission got no answer: the queue is asked for them, by the job script that they have.
//!
//! A command that was killed for its silence, a controller that was too busy to answer, a wrapper that hides the id: the
//! job may be in the queue all the same, or get there in a moment. What is found is written down as if it had been said.

use super::job_view::lines_of_all;
use crate::launcher::batch_job::{BatchState, FoundJob, QueryError};
use crate::launcher::{Attempt, AttemptKind, JobDirectory, JobRecord, SoughtJob, SubmitError, attempt, batch_system};
use anyhow::Error;
use std::collections::BTreeSet;
use std::fs::File;
use std::time::Duration;

/// How often the queue is asked after a submission without an answer, and how long it is left alone in between.
const LOOKS: u32 = 3;
const LOOK_INTERVAL: Duration = Duration::from_secs(2);
/// By how much the batch system's clock may be behind that of this host.
const CLOCK_SKEW_SECONDS: u64 = 60;

/// Looks for a job whose last submission got no answer, and adds what is found to its lines, here and in the record.
///
/// # Errors
/// Where the batch system can't be asked: then nobody knows whether there is such a job.
pub fn find_unanswered(
    directory: &JobDirectory,
    record: &JobRecord,
    attempts: &mut Vec<Attempt>,
) -> Result<(), QueryError> {
    let asked = attempts.iter().rfind(|line| line.kind == AttemptKind::Submitting).map(|line| line.time);
    let Some(asked) = asked.filter(|_| id_of_all(record, attempts).is_none()) else { return Ok(()) };
    let script = directory.job_script();
    let sought = SoughtJob { name: &record.job.name, script: &script };
    let found = batch_system(record.batch).find(&sought)?;
    let known: BTreeSet<&str> = attempts.iter().map(|line| line.id.as_str()).collect();
    // A job of that name that was removed had a job script of the same path.
    let is_since = |job: &FoundJob| job.submitted.is_none_or(|time| time + CLOCK_SKEW_SECONDS >= asked);
    let newest = found.into_iter().filter(|job| is_since(job) && !known.contains(job.id.as_str()));
    let Some(FoundJob { id, .. }) = newest.max_by_key(FoundJob::order) else { return Ok(()) };
    let is_first = !attempts.iter().any(Attempt::is_submission);
    let line = Attempt::now(if is_first { AttemptKind::First } else { AttemptKind::Resumed }, &id);
    record_once(directory, record, &line);
    attempts.push(line);
    Ok(())
}

/// The id of a job of this script that is in the queue, or may still run, and that no line is about: one that got there after
/// nobody waited for it any more, or by hand.
///
/// # Errors
/// Where the batch system can't be asked.
pub fn find_unknown(directory: &JobDirectory, record: &JobRecord) -> Result<Option<String>, Error> {
    let attempts = directory.attempts()?;
    let script = directory.job_script();
    let system = batch_system(record.batch);
    let mut found = system.find(&SoughtJob { name: &record.job.name, script: &script })?;
    found.retain(|job| !attempts.iter().any(|line| line.is_of(&job.id)));
    if found.is_empty() {
        return Ok(None);
    }
    let ids: Vec<String> = found.into_iter().map(|job| job.id).collect();
    let report = system.query(&ids)?;
    let is_over = |id: &str| {
        let of_array = |known: &str| {
            known.strip_prefix(id).is_some_and(|rest| rest.starts_with('_'))
                || id.split_once("[]").is_some_and(|(number, _)| known.starts_with(&format!("{number}[")))
        };
        let mut jobs = report.jobs.iter().filter(|(known, _)| *known == id || of_array(known));
        jobs.all(|(_, job)| matches!(job.state, BatchState::Ended(_)))
    };
    Ok(ids.into_iter().rfind(|id| !is_over(id)))
}

/// The id of a job just submitted that got no answer, where the queue has it; `None` where it isn't there, or nobody knows.
/// A batch system that refuses has answered.
pub fn after_silence(directory: &JobDirectory, record: &JobRecord, error: &SubmitError) -> Option<String> {
    if error.is_certain() {
        return None;
    }
    for look in 0..LOOKS {
        if look > 0 {
            std::thread::sleep(LOOK_INTERVAL);
        }
        let mut attempts = directory.attempts().ok()?;
        // Why the queue can't be asked is what the submission has met already.
        find_unanswered(directory, record, &mut attempts).ok()?;
        if let Some(id) = id_of_all(record, &attempts) {
            return Some(id);
        }
    }
    None
}

/// The id that a job has now; of an array, that of the array, whatever its jobs say of theirs.
fn id_of_all(record: &JobRecord, attempts: &[Attempt]) -> Option<String> {
    let lines: Vec<Attempt> = lines_of_all(attempts, record).into_iter().cloned().collect();
    attempt::newest(&lines).map(|at| lines[at].id.clone())
}

/// Adds a line to a job's record, unless somebody else has found the job at the same time. Where the record can't be
/// written, as by another user, whoever asks next finds it again.
fn record_once(directory: &JobDirectory, record: &JobRecord, line: &Attempt) {
    let Ok(lock) = File::create(directory.path().join("lookup.lock")) else { return };
    if rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).is_err() {
        return;
    }
    let is_known = directory.attempts().is_ok_and(|attempts| id_of_all(record, &attempts).is_some());
    if !is_known {
        let _ = directory.append(line);
    }
}
