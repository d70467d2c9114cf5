//! What a batch system says of a job, in words that all of them share, and why it may say nothing.

use super::command::CommandError;
use std::collections::BTreeMap;

/// How far a job has come, by its batch system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchState {
    /// It waits.
    Queued {
        /// What for.
        reason: String,
    },
    /// It runs.
    Running,
    /// It is being ended.
    Ending,
    /// It has ended.
    Ended(BatchEnd),
}

/// How a job has ended, by its batch system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchEnd {
    /// With exit code 0.
    Completed,
    /// With another exit code, or without having run.
    Failed,
    /// By a user or an operator.
    Cancelled,
    /// Its time was over.
    TimedOut,
    /// A node was lost.
    NodeFailed,
    /// It took more memory than it had.
    OutOfMemory,
    /// For the sake of another job.
    Preempted,
}

impl BatchEnd {
    /// What ended the job, as the end of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            BatchEnd::Completed => "it ended with exit code 0",
            BatchEnd::Failed => "it ended with an error",
            BatchEnd::Cancelled => "it was cancelled",
            BatchEnd::TimedOut => "its walltime was over",
            BatchEnd::NodeFailed => "a node was lost",
            BatchEnd::OutOfMemory => "it took more memory than it had",
            BatchEnd::Preempted => "it was preempted",
        }
    }
}

/// A job as its batch system knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchJob {
    /// How far it has come.
    pub state: BatchState,
    /// Its nodes, in the batch system's notation; empty before it has any.
    pub nodes: String,
}

/// A job that was found in the queue by its job script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundJob {
    /// Its id; of an array, that of the array.
    pub id: String,
    /// When it was submitted, in seconds since 1970, by the batch system's clock; `None` where that doesn't say.
    pub submitted: Option<u64>,
}

impl FoundJob {
    /// What tells the order in which jobs were submitted: their time, and their number where that is the same.
    pub fn order(&self) -> (Option<u64>, u64) {
        let digits: String = self.id.chars().take_while(char::is_ascii_digit).collect();
        (self.submitted, digits.parse().unwrap_or(0))
    }
}

/// What a batch system answers about some jobs: those that it doesn't know are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchReport {
    /// Jobs by id; those of an array by their own ids.
    pub jobs: BTreeMap<String, BatchJob>,
    /// Why jobs may be left out that there were.
    pub forgets: Option<&'static str>,
}

/// Why a batch system gives no answer that can be relied on. A job is never taken to have ended because of that.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// Its commands don't run or don't end.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// It can't be reached, or fails.
    #[error("{command} fails: {said}")]
    Failed {
        /// The command.
        command: &'static str,
        /// What that says.
        said: String,
    },
    /// It answers something else than was asked.
    #[error("{command} answers what can't be read: {line}")]
    Garbage {
        /// The command.
        command: &'static str,
        /// The line in question.
        line: String,
    },
}

/// What a command has written, in one line.
pub(super) fn said(stdout: &str, stderr: &str) -> String {
    let text = if stderr.trim().is_empty() { stdout } else { stderr };
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { "without a word".to_owned() } else { lines.join("; ").chars().take(300).collect() }
}
