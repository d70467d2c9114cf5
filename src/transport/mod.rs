//! How messages get from one endpoint to another: within a process, or between MPI ranks.
//!
//! A transport neither reads messages nor decides anything; scheduler and worker are the same above either of them.

pub mod in_process;
#[cfg(feature = "mpi")]
pub mod mpi;

use crate::protocol::{Endpoint, Envelope, Message};
use crossbeam_channel::Receiver;

/// Rust's exit code of a panic, with which a rank leaves that had one.
pub const PANICKED: i32 = 101;

/// Why a transport doesn't work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The other side is gone.
    #[error("{to} is gone")]
    Closed {
        /// The other side.
        to: Endpoint,
    },
    /// MPI didn't start.
    #[error("MPI can't be initialised")]
    MpiInit,
    /// The launcher and the MPI library are of different kinds, so that every rank believes itself alone.
    #[error(
        "started as one of {launched} ranks, but MPI finds {found}: the launcher isn't that of this program's MPI library"
    )]
    RankCount {
        /// Ranks, as the launcher says.
        launched: usize,
        /// Ranks, as MPI says.
        found: usize,
    },
    /// This program was built without MPI, and there are other ranks.
    #[error("started as one of {size} ranks, but this program was built without the feature mpi")]
    WithoutMpi {
        /// Number of ranks.
        size: usize,
    },
    /// The thread that calls MPI couldn't be started.
    #[error("no thread for MPI: {message}")]
    Thread {
        /// What the system says.
        message: String,
    },
}

/// The MPI library, as it names itself, which it may be asked before it has started (MPI 4.0 section 9.1.1); `None` where
/// this program was built without one.
pub fn mpi_library() -> Option<String> {
    #[cfg(feature = "mpi")]
    return mpi::library();
    #[cfg(not(feature = "mpi"))]
    None
}

/// One endpoint's connection to all others. Messages between two endpoints arrive in the order in which they were sent.
pub trait Transport: Send + Sync {
    /// Sends a message, without waiting until it has arrived.
    ///
    /// # Errors
    /// [`TransportError::Closed`] where the other side is gone.
    fn send(&self, to: Endpoint, message: Message) -> Result<(), TransportError>;

    /// Messages to this endpoint; one can wait for it and something else at once.
    fn incoming(&self) -> &Receiver<Envelope>;

    /// Waits until everything sent has left, and ends the connection. Nothing can be sent afterwards.
    fn close(&self);

    /// Ends every rank of the job at once, this one included: the last resort of a rank that can't go on.
    fn abort(&self, exit_code: i32) -> !;
}
