//! Whose run a directory is of: script, arguments, seed and version, as `run.json` has them.

use super::checked::replace;
use super::{JournalError, io_error};
use crate::task::PlanDigest;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// What must be the same for a run to be resumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Absolute path of the script.
    pub script: PathBuf,
    /// Digest of its text.
    pub script_digest: String,
    /// What it is given.
    pub arguments: Vec<String>,
    /// Seed of random arrays that name none.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
}

impl Identity {
    /// The identity of a run of this program.
    pub fn new(script: &Path, text: &[u8], arguments: &[String], seed: u64) -> Identity {
        Identity {
            script: std::path::absolute(script).unwrap_or_else(|_| script.to_owned()),
            script_digest: PlanDigest::of(&text).to_string(),
            arguments: arguments.to_vec(),
            seed,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// What is other than in an earlier attempt, for the user.
    pub fn differences(&self, earlier: &Identity) -> Vec<String> {
        let mut found = Vec::new();
        let mut differs = |what: &str, was: &dyn std::fmt::Debug, is: &dyn std::fmt::Debug| {
            let (was, is) = (format!("{was:?}"), format!("{is:?}"));
            if was != is {
                found.push(format!("{what} was {was}, now it is {is}"));
            }
        };
        differs("the script", &earlier.script, &self.script);
        differs("the arguments", &earlier.arguments, &self.arguments);
        differs("the seed", &earlier.seed, &self.seed);
        differs("the version of swath", &earlier.version, &self.version);
        if earlier.script_digest != self.script_digest && earlier.script == self.script {
            found.push(format!("the script {} has changed", self.script.display()));
        }
        found
    }

    /// The identity in a file; `None` where there is none.
    pub(super) fn load(path: &Path) -> Result<Option<Identity>, JournalError> {
        let text = match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            result => result.map_err(io_error("read", path))?,
        };
        let directory = path.parent().unwrap_or(path).to_owned();
        serde_json::from_slice(&text).map(Some).map_err(|_| JournalError::NotARun { path: directory })
    }

    pub(super) fn save(&self, path: &Path) -> Result<(), JournalError> {
        let text = serde_json::to_string_pretty(self).expect("an identity is plain data, which is JSON");
        replace(path, |file| writeln!(file, "{text}"))
    }
}

/// A short name for something: 10 hexadecimal digits.
pub fn short_digest(value: &impl Serialize) -> String {
    let mut text = PlanDigest::of(value).to_string();
    text.truncate(10);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_says_what_was_and_what_is() {
        let identity = |text: &str, seed| Identity::new(Path::new("/a/b.py"), text.as_bytes(), &["x".to_owned()], seed);
        assert!(identity("1", 0).differences(&identity("1", 0)).is_empty());
        assert_eq!(identity("1", 7).differences(&identity("1", 0)), ["the seed was 0, now it is 7"]);
        assert_eq!(identity("2", 0).differences(&identity("1", 0)), ["the script /a/b.py has changed"]);
    }
}
