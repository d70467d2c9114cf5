//! Keeps a run directory alive beside the run: syncs the journal every second, renews the lock, and leaves the directory in
//! order where a signal ends the process.

use crate::journal::{Ending, JournalError, Outcome, Record, RunDirectory};
use crate::runtime::{DRAINED, RuntimeError, interrupt};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Time between two syncs of the journal: what a crash of the machine may cost. A kill of the process costs nothing.
const SYNC_INTERVAL: Duration = Duration::from_secs(1);
/// Syncs for each renewal of the lock.
const SYNCS_A_RENEWAL: u32 = 5;

/// A run directory that the run, its keeper and the signal handler share; `None` once it is closed.
pub(super) type SharedDirectory = Arc<Mutex<Option<RunDirectory>>>;

/// Starts keeping a directory.
///
/// # Errors
/// Where no thread can be started.
pub(super) fn keep(directory: RunDirectory) -> Result<SharedDirectory, RuntimeError> {
    let syncer = directory.syncer()?;
    let shared = Arc::new(Mutex::new(Some(directory)));
    let (kept, left) = (shared.clone(), shared.clone());
    let work = move || {
        for round in 1_u32.. {
            std::thread::sleep(SYNC_INTERVAL);
            // Not under the mutex: the run goes on while the disk takes its time. Where it fails, appending does too.
            let _ = syncer.sync();
            match &mut *lock(&kept) {
                Some(directory) if round % SYNCS_A_RENEWAL == 0 => directory.renew(),
                Some(_) => {}
                None => return,
            }
        }
    };
    let spawned = std::thread::Builder::new().name("swath-journal".to_owned()).spawn(work);
    spawned.map_err(|error| RuntimeError::Thread { message: error.to_string() })?;
    interrupt::at_leaving(move |exit_code| {
        if let Some(directory) = take(&left) {
            let ending = if exit_code == DRAINED { Ending::Drained } else { Ending::Interrupted };
            // There is nobody left to tell.
            let _ = directory.leave(&Outcome { ending, message: None, exit_code });
        }
    });
    Ok(shared)
}

/// Appends to the journal of a directory, unless it is closed: then the process is on its way out.
pub(super) fn append(directory: &SharedDirectory, record: &Record) -> Result<(), JournalError> {
    lock(directory).as_mut().map_or(Ok(()), |directory| directory.append(record))
}

/// Takes the lock of an output; see [`RunDirectory::lock`].
pub(super) fn lock_output(directory: &SharedDirectory, output: &Path) -> Result<(), JournalError> {
    lock(directory).as_mut().map_or(Ok(()), |directory| directory.lock(output))
}

/// Gives the lock of an output back.
pub(super) fn unlock_output(directory: &SharedDirectory, output: &Path) {
    if let Some(directory) = lock(directory).as_mut() {
        directory.unlock(output);
    }
}

/// Ends the keeping.
pub(super) fn take(directory: &SharedDirectory) -> Option<RunDirectory> {
    lock(directory).take()
}

fn lock(directory: &SharedDirectory) -> MutexGuard<'_, Option<RunDirectory>> {
    // Every change is one statement, so a thread that panicked left nothing half done.
    directory.lock().unwrap_or_else(PoisonError::into_inner)
}
