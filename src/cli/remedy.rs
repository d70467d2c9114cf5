//! What a user can do about an error that isn't a script's (those come with their own).

use super::allocation::Mistake;
use crate::journal::JournalError;
use crate::launcher::{JobDirectoryError, SubmitError};
use crate::runtime::RuntimeError;
use crate::store::StoreError;
use crate::transport::TransportError;

/// What to do, where we know.
pub fn of(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(error) = cause.downcast_ref::<RuntimeError>() {
            return of_runtime(error);
        }
        if let Some(error) = cause.downcast_ref::<SubmitError>() {
            return error.remedy().map(str::to_owned);
        }
        if let Some(JobDirectoryError::Taken { name }) = cause.downcast_ref::<JobDirectoryError>() {
            return Some(format!("choose another --name, or go on with that one: swath resume {name}"));
        }
        if let Some(mistake) = cause.downcast_ref::<Mistake>() {
            return Some(mistake.remedy());
        }
        match cause.downcast_ref::<StoreError>()? {
            StoreError::Missing { .. } => Some("check the path: it is relative to the current directory".to_owned()),
            _ => None,
        }
    })
}

fn of_runtime(error: &RuntimeError) -> Option<String> {
    Some(match error {
        RuntimeError::MemoryTooSmall { .. } => "give each rank more with --memory, or start fewer ranks".to_owned(),
        RuntimeError::Transport(TransportError::WithoutMpi { .. }) => {
            "use a build with MPI (cargo build --release), or start it without mpirun".to_owned()
        }
        RuntimeError::Transport(TransportError::RankCount { .. }) => {
            "use the mpirun or srun of the MPI library that swath was built with (see: ldd $(command -v swath))"
                .to_owned()
        }
        RuntimeError::Journal(JournalError::Changed { .. }) => "start over with --fresh".to_owned(),
        RuntimeError::Journal(JournalError::Held { .. }) => {
            "wait until it has ended; if its host is gone for good, two minutes are enough".to_owned()
        }
        RuntimeError::Journal(JournalError::Lost { .. }) => "see whether that process ends well".to_owned(),
        RuntimeError::Journal(JournalError::NotARun { .. }) => "name an empty directory with --run-dir".to_owned(),
        RuntimeError::Thread { .. } => "start fewer threads with --threads".to_owned(),
        _ => return None,
    })
}
