//! The run directory: what a run has finished, so that the next attempt of the same run computes only what is missing.
//!
//! One directory on the file system that all ranks share:
//!
//! ```text
//! run.json      whose run it is: script, arguments, seed, version
//! lock          the process that owns it, while it lives
//! journal       outputs, the chunks written to them, inputs, values: appended, checksummed, tens of bytes a chunk
//! values/       values that the script was given, where they are large
//! partials/     states of unfinished reductions
//! outcome.json  how the last attempt ended
//! ```
//!
//! Keys are the digest of a plan, its number in the script, output and chunk; never stages, ranks or memory. Whatever a
//! kill can tear is checked when it is read, and then counts as missing. Which of it is still true (chunks on the disk,
//! inputs unchanged) is for `runtime` to find out; nothing here knows plans or stores.

mod checked;
mod directory;
mod history;
mod identity;
mod lock;
mod log;
mod outcome;
mod record;

pub use checked::{is_whole, publish, publish_value, read};
pub use directory::{
    RunDirectory, Start, default_directory, partials_directory, remove_dead_lock, remove_directory, values_file,
};
pub use history::{History, OutputHistory, ValuePlace};
pub use identity::{Identity, short_digest};
pub use lock::{Lock, Owner, is_alive};
pub use log::{Log, Syncer};
pub use outcome::{Ending, Outcome};
pub use record::Record;

use std::path::{Path, PathBuf};

/// Why a run directory can't be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system refuses.
    #[error("can't {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another process owns it and lives.
    #[error("{} is in use by {owner}, last heard of {silent_seconds} s ago", path.display())]
    Held {
        /// What is held.
        path: PathBuf,
        /// By whom.
        owner: Box<Owner>,
        /// Time since its last sign of life.
        silent_seconds: u64,
    },
    /// Another process took it over while this one gave no sign of life.
    #[error("another process took {} over, since this one gave no sign of life for too long", path.display())]
    Lost {
        /// What was lost.
        path: PathBuf,
    },
    /// It belongs to another run than the one to be resumed.
    #[error("can't resume from {}: {}", path.display(), differences.join("; "))]
    Changed {
        /// The run directory.
        path: PathBuf,
        /// What differs, each with what was and what is.
        differences: Vec<String>,
    },
    /// What lies there is no run directory.
    #[error("{} is no run directory", path.display())]
    NotARun {
        /// The directory.
        path: PathBuf,
    },
}

/// An error of the file system, with what was tried.
fn io_error(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> JournalError {
    let path = path.to_owned();
    move |source| JournalError::Io { action, path, source }
}

/// How a removal ended: what isn't there is as good as removed.
fn removed(result: std::io::Result<()>, path: &Path) -> Result<(), JournalError> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io_error("remove", path)(error)),
        _ => Ok(()),
    }
}
