//! How an attempt of a run ended, as `outcome.json` has it.

use super::JournalError;
use super::checked::replace;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::Path;

/// The end of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// Everything is done.
    Finished,
    /// It was asked to stop, and has kept what was done.
    Drained,
    /// Something went wrong.
    Failed,
    /// It was terminated.
    Interrupted,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The end.
    pub ending: Ending,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The exit code.
    pub exit_code: i32,
}

impl Outcome {
    pub(super) fn save(&self, path: &Path) -> Result<(), JournalError> {
        let text = serde_json::to_string_pretty(self).expect("an outcome is plain data, which is JSON");
        replace(path, |file| writeln!(file, "{text}"))
    }
}
