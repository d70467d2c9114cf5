//! What a session is started with, and what its start gives.

use super::Session;
use crate::environment::Environment;
use crate::event::Observer;
use crate::runtime::ScratchOptions;

/// Tasks that wait for files, at least, where nobody says how many: what hides a slow file system from two cores.
const LEAST_IO_THREADS: usize = 4;

/// What a session is to run with.
pub struct SessionOptions {
    /// Threads of this rank's worker.
    pub threads: usize,
    /// Whether rank 0 of several computes too, beside scheduling.
    pub rank_zero_computes: bool,
    /// Bytes of memory that this rank may use, all in all.
    pub memory_bytes: u64,
    /// Tasks of a rank that wait for files while others compute.
    pub io_threads: usize,
    /// Where results go that memory doesn't hold.
    pub scratch: ScratchOptions,
    /// Seed of random arrays that name none.
    pub seed: u64,
    /// Who watches the run. Only rank 0's observers see anything.
    pub observers: Vec<Box<dyn Observer>>,
}

impl Default for SessionOptions {
    /// All that this process was given: its cores and its memory. Seed 0, nobody watches.
    fn default() -> SessionOptions {
        let environment = Environment::detect();
        SessionOptions {
            threads: environment.thread_count,
            rank_zero_computes: environment.rank_zero_computes,
            memory_bytes: environment.memory_bytes,
            io_threads: default_io_threads(environment.thread_count),
            scratch: ScratchOptions::default(),
            seed: 0,
            observers: Vec::new(),
        }
    }
}

/// Tasks that wait for files beside so many that compute, where nobody says how many.
pub fn default_io_threads(threads: usize) -> usize {
    threads.max(LEAST_IO_THREADS)
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
    /// Threads of a worker (of the widest).
    pub threads_per_worker: usize,
    /// Bytes of memory that a worker's tasks may take (of the smallest).
    pub memory_bytes: u64,
    /// Names of the nodes that the workers run on, each once.
    pub nodes: Vec<String>,
}
