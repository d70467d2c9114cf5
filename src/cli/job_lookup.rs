//! Jobs whose submission got no answer: the queue is asked for them, by the job script that they have.
//!
//! A command that was killed for its silence, a controller that was too busy to answer, a wrapper that hides the id: the
//! job may be in the queue all the same, or get there in a moment. What is found is written down as if it had been said.

use crate::launcher::batch_job::QueryError;
use crate::launcher::{Attempt, AttemptKind, JobDirectory, JobRecord, SoughtJob, SubmitError, attempt, batch_system};
use std::collections::BTreeSet;
use std::fs::File;
use std::time::Duration;

/// How often the queue is asked after a submission without an answer, and how long it is left alone in between.
const LOOKS: u32 = 3;
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// Looks for a job whose last submission got no answer, and adds what is found to its lines, here and in the record.
///
/// # Errors
/// Where the batch system can't be asked: then nobody knows whether there is such a job.
pub fn find_unanswered(
    directory: &JobDirectory,
    record: &JobRecord,
    attempts: &mut Vec<Attempt>,
) -> Result<(), QueryError> {
    let is_asked = attempts.iter().any(|line| line.kind == AttemptKind::Submitting);
    if !is_asked || attempt::newest(attempts).is_some() {
        return Ok(());
    }
    let script = directory.job_script();
    let sought = SoughtJob { name: &record.job.name, script: &script };
    let found = batch_system(record.batch).find(&sought)?;
    let known: BTreeSet<&str> = attempts.iter().map(|line| line.id.as_str()).collect();
    // The last is the newest.
    let Some(id) = found.into_iter().rfind(|id| !known.contains(id.as_str())) else { return Ok(()) };
    let is_first = !attempts.iter().any(Attempt::is_submission);
    let line = Attempt::now(if is_first { AttemptKind::First } else { AttemptKind::Resumed }, &id);
    record_once(directory, &line);
    attempts.push(line);
    Ok(())
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
        if let Some(newest) = attempt::newest(&attempts) {
            return Some(attempts[newest].id.clone());
        }
    }
    None
}

/// Adds a line to a job's record, unless somebody else has found the job at the same time. Where the record can't be
/// written, as by another user, whoever asks next finds it again.
fn record_once(directory: &JobDirectory, line: &Attempt) {
    let Ok(lock) = File::create(directory.path().join("lookup.lock")) else { return };
    if rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).is_err() {
        return;
    }
    let is_known = directory.attempts().is_ok_and(|attempts| attempt::newest(&attempts).is_some());
    if !is_known {
        let _ = directory.append(line);
    }
}
