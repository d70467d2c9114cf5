//! Running plans: the session, which is the only door from a plan to execution, and what it is made of.
//!
//! The scheduler and the workers are state machines that know no threads; this module gives them threads, a transport
//! and a clock, in one process or under `mpirun`. It decides nothing about what is computed (`task`) or how (`execute`).

mod allocator;
mod assemble;
mod cores;
mod drain;
mod here;
pub mod interrupt;
mod job;
mod ledger;
mod memory;
mod observers;
mod partials;
mod persisted;
mod place;
mod queue;
mod scratch;
mod serve;
mod session;
mod start;

pub use allocator::{Allocator, keep_freed_memory};
pub use drain::{DRAINED, Times};
pub use ledger::{RunOptions, Skipped};
pub use scratch::ScratchOptions;
pub use session::{Description, Session, SessionOptions, Started, StoreWritten, default_io_threads};

use crate::array::Shape;
use crate::execute::ExecuteError;
use crate::journal::JournalError;
use crate::kernels::KernelError;
use crate::protocol::WorkerId;
use crate::scheduler::Failure;
use crate::store::StoreError;
use crate::task::TaskError;
use crate::transport::TransportError;

/// Why a session can't start, or a computation gave no results.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The plan can't be lowered to tasks.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// A task failed, or a worker was lost.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// A task of a small array, computed in the calling thread, failed.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// The run directory can't be used, or is of another run.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// An output can't be looked at.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Ranks can't reach each other.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A worker didn't start.
    #[error("{worker} didn't start: {reason}")]
    WorkerStart {
        /// The worker.
        worker: WorkerId,
        /// What went wrong there.
        reason: String,
    },
    /// The program itself takes the memory that it may use.
    #[error("{memory_bytes} bytes of memory are too few: the program itself takes {resident_bytes}")]
    MemoryTooSmall {
        /// What it may use.
        memory_bytes: u64,
        /// What it takes before any task runs.
        resident_bytes: u64,
    },
    /// Values for the script that don't fit in rank 0's memory.
    #[error("values of shape {shape:?} take {needed_bytes} bytes, but rank 0 may use {memory_bytes} bytes")]
    ResultTooLarge {
        /// Shape of the largest array.
        shape: Shape,
        /// Bytes of all arrays that are asked for at once.
        needed_bytes: u64,
        /// What rank 0 may use.
        memory_bytes: u64,
    },
    /// A thread couldn't be started.
    #[error("can't start a thread: {message}")]
    Thread {
        /// What the system says.
        message: String,
    },
    /// The session is over.
    #[error("the session has finished")]
    Finished,
}

impl RuntimeError {
    /// Whether the run was asked to stop.
    pub fn is_drained(&self) -> bool {
        matches!(self, RuntimeError::Failed(Failure::Drained))
    }

    /// Whether a run can't be resumed since something of it has changed.
    pub fn is_other_run(&self) -> bool {
        matches!(self, RuntimeError::Journal(JournalError::Changed { .. }))
    }

    /// Whether the position of an extreme of nothing but missing values was asked for.
    pub fn is_all_missing(&self) -> bool {
        match self {
            RuntimeError::Execute(ExecuteError::Kernel(KernelError::AllMissing)) => true,
            // Workers tell what went wrong as text.
            RuntimeError::Failed(Failure::Task { message, .. }) => {
                message.ends_with(&KernelError::AllMissing.to_string())
            }
            _ => false,
        }
    }

    /// Bytes of a rank's memory that would have been enough, where too little of it is the trouble.
    pub fn needed_bytes(&self) -> Option<u64> {
        let budget_bytes = match self {
            RuntimeError::Task(TaskError::ResultsTooLarge { rank_bytes, .. }) => *rank_bytes,
            RuntimeError::Task(TaskError::TaskTooLarge { needed_bytes, .. })
            | RuntimeError::ResultTooLarge { needed_bytes, .. } => *needed_bytes,
            _ => return None,
        };
        Some(start::memory_with_budget(budget_bytes))
    }
}
