//! The session: the only door from a plan to execution.

use crate::array::{Chunk, StoredArray};
use crate::event::Observer;
use crate::plan::{Array, Evaluate, PlanError};
use crate::task::{Computation, TaskError};

/// Why a computation gave no results.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The plan can't be lowered to tasks.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// A task failed; the message names the array, chunk and file.
    #[error("{message}")]
    TaskFailed {
        /// What went wrong, on whichever rank.
        message: String,
    },
}

/// What a session is to run with.
pub struct SessionOptions {
    /// Threads of this rank's worker.
    pub threads: usize,
    /// Bytes of memory that this rank may use, all in all.
    pub memory_bytes: u64,
    /// Seed of random arrays that name none.
    pub seed: u64,
    /// Who watches the run. Only rank 0's observers see anything.
    pub observers: Vec<Box<dyn Observer>>,
}

/// What became of a start: under `mpirun`, only rank 0 has a session.
pub enum Started {
    /// This is the one process, or rank 0: the script runs here.
    Session(Session),
    /// This rank worked until rank 0 was done, and is to exit with this code.
    Served {
        /// The exit code of the run.
        exit_code: i32,
    },
}

/// The running job, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// MPI ranks; 1 in one process.
    pub ranks: usize,
    /// Workers.
    pub workers: usize,
    /// Threads of a worker (of the narrowest).
    pub threads_per_worker: usize,
    /// Bytes of memory that a worker's tasks may take (of the smallest).
    pub memory_bytes: u64,
    /// Names of the nodes that the workers run on, each once.
    pub nodes: Vec<String>,
}

/// A running job, as the script sees it.
pub struct Session {}

#[allow(unused_variables)]
impl Session {
    /// Starts this process's part of the job: in one process the scheduler and a worker; under `mpirun -n N`, rank 0 gets
    /// a session and ranks 1 to N-1 work, inside this call, until rank 0 finishes.
    ///
    /// # Errors
    /// Where threads or MPI can't be started.
    pub fn start(options: SessionOptions) -> Result<Started, RuntimeError> {
        todo!()
    }

    /// A session that runs nothing: each computation's optimised plan and stages go to `sink`, and `compute` gives zeros
    /// of the right shape and dtype, so that the script can go on.
    pub fn explaining(options: SessionOptions, sink: impl FnMut(&Computation) + 'static) -> Session {
        todo!()
    }

    /// Computes the values of arrays.
    ///
    /// # Errors
    /// Where the plan doesn't fit in memory or a task failed on any rank.
    pub fn compute(&self, arrays: &[Array]) -> Result<Vec<Chunk>, RuntimeError> {
        todo!()
    }

    /// Computes arrays straight into stored ones, which exist already, with their metadata.
    ///
    /// # Errors
    /// As [`Session::compute`].
    pub fn write(&self, outputs: &[(Array, StoredArray)]) -> Result<(), RuntimeError> {
        todo!()
    }

    /// Computes arrays into the workers' memory. They stay until the arrays that this returns are dropped.
    ///
    /// # Errors
    /// As [`Session::compute`].
    pub fn persist(&self, arrays: &[Array]) -> Result<Vec<Array>, RuntimeError> {
        todo!()
    }

    /// Computes one small array in the calling thread, without workers.
    ///
    /// # Errors
    /// As [`Session::compute`].
    pub fn evaluate_local(&self, array: &Array) -> Result<Chunk, RuntimeError> {
        todo!()
    }

    /// The running job, in numbers.
    pub fn describe(&self) -> Description {
        todo!()
    }

    /// Seed of random arrays that name none.
    pub fn seed(&self) -> u64 {
        todo!()
    }

    /// Ends the job: workers leave with this exit code. Nothing can be computed afterwards.
    pub fn finish(&self, exit_code: i32) {
        todo!()
    }
}

impl Evaluate for Session {
    fn evaluate(&self, arrays: &[Array]) -> Result<Vec<Chunk>, PlanError> {
        self.compute(arrays).map_err(|error| PlanError::Evaluation(Box::new(error)))
    }
}
