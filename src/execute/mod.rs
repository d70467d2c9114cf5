//! Runs one chunk task: pulls the regions it needs, evaluates fused expressions strip by strip, reduces, writes.
//!
//! Knows plans, kernels and stores; never ranks, messages or schedules. One [`Executor`] serves all threads of a rank
//! for one computation. An expression of elementwise functions, conversions and views is compiled once to a short
//! program over registers of a few thousand values; its leaves are decoded regions, generators and constants,
//! each an affine map from output to leaf indices, so that slices, transpositions and broadcasts cost no copy. Strips go
//! straight into a reduction's state or the output chunk.

mod evaluate;
mod fuse;
mod leaf;
mod native;
mod pool;
mod products;
mod program;
mod quantiles;
mod reduce;
mod renumbered;
mod scratch;
mod strips;
mod target;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod weighing_tests;
#[cfg(test)]
mod window_tests;
mod windows;

use crate::array::{ArrayError, ArrayLocation, Chunk, StoredArray, WrittenChunk};
use crate::kernels::KernelError;
use crate::plan::NodeId;
use crate::store::{self, ArrayReader, ArrayWriter, FileWait, IoControl, StoreError};
use crate::task::{Computation, ResultId, StageId, StageOutput, StageWork, TaskId, TaskResult};
use evaluate::Evaluation;
use pool::ChunkPool;
use program::Program;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use crate::task::TaskInputs;
pub use scratch::{Scratch, ScratchError};

/// What a finished task hands back.
#[derive(Debug)]
pub struct TaskOutcome {
    /// Its result; none where it wrote to a store.
    pub result: Option<TaskResult>,
    /// Bytes read from stores, as stored.
    pub bytes_read: u64,
    /// Chunks written to stores.
    pub written: Vec<WrittenChunk>,
}

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// Reading or writing failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A kernel was asked for what it doesn't do.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// Data and geometry don't fit together.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// The computation was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A result of an earlier task wasn't handed in, or is of another kind.
    #[error("task {task:?} misses the result {missing}")]
    MissingInput {
        /// The task.
        task: TaskId,
        /// The result.
        missing: ResultId,
    },
}

/// Runs the tasks of one computation, on any number of threads at once.
pub struct Executor {
    computation: Arc<Computation>,
    control: IoControl,
    pool: ChunkPool,
    programs: Mutex<HashMap<(StageId, NodeId), Arc<Program>>>,
    readers: Mutex<HashMap<ArrayLocation, Arc<ArrayReader>>>,
    writers: Mutex<HashMap<ArrayLocation, Arc<ArrayWriter>>>,
}

/// The value behind a key. It is made while others use the map, since it may come from a file: whoever waits for that has
/// lost its core, and gets one back only if nobody who waits for it has them all. Of two made at one time, one stays.
fn cached<K: std::hash::Hash + Eq + Clone, V, E>(
    map: &Mutex<HashMap<K, Arc<V>>>,
    key: &K,
    make: impl FnOnce() -> Result<V, E>,
) -> Result<Arc<V>, E> {
    // A panic elsewhere leaves the map usable.
    let map = || map.lock().unwrap_or_else(PoisonError::into_inner);
    let found = map().get(key).cloned();
    if let Some(found) = found {
        return Ok(found);
    }
    let made = Arc::new(make()?);
    Ok(map().entry(key.clone()).or_insert(made).clone())
}

impl ExecuteError {
    /// Whether the system refused, so that it matters on which node the task ran.
    pub fn is_io(&self) -> bool {
        matches!(self, ExecuteError::Store(error) if error.is_io())
    }
}

impl Executor {
    /// An executor of a computation's tasks. Opens nothing yet.
    pub fn new(computation: Arc<Computation>) -> Executor {
        Executor::under(IoControl::default(), computation)
    }

    /// The same, with somebody to tell of waiting for files.
    pub fn telling(waits: Arc<dyn FileWait>, computation: Arc<Computation>) -> Executor {
        Executor::under(IoControl::telling(waits), computation)
    }

    fn under(control: IoControl, computation: Arc<Computation>) -> Executor {
        Executor {
            computation,
            control,
            pool: ChunkPool::default(),
            programs: Mutex::default(),
            readers: Mutex::default(),
            writers: Mutex::default(),
        }
    }

    /// The computation whose tasks this runs.
    pub fn computation(&self) -> &Arc<Computation> {
        &self.computation
    }

    /// Has running tasks end soon, and all that follow: none of them is wanted any more.
    pub fn cancel(&self) {
        self.control.stop();
    }

    /// Runs one task on the calling thread. `inputs` holds all that [`Computation::input_parts_of`] names, or the whole
    /// results; the task takes at most its stage's `task_bytes` of memory.
    ///
    /// # Errors
    /// Where reading, computing or writing fails, or after [`Executor::cancel`].
    pub fn run(&self, task: TaskId, inputs: &TaskInputs) -> Result<TaskOutcome, ExecuteError> {
        let mut evaluation = Evaluation { executor: self, task, inputs, bytes_read: 0 };
        let stage = self.computation.stage(task.stage);
        let result = match &stage.work {
            StageWork::Produce { node, .. } => {
                let region = self.computation.region_of(task);
                TaskResult::Chunk(Arc::unwrap_or_clone(evaluation.evaluate(*node, &region)?))
            }
            StageWork::Reduce(work) => evaluation.run_of_blocks(work)?,
            StageWork::Merge(work) => evaluation.merge(work)?,
        };
        let bytes_read = evaluation.bytes_read;
        let target = match &stage.output {
            StageOutput::Write { target, .. } => target,
            StageOutput::Discard => return Ok(TaskOutcome { result: None, bytes_read, written: Vec::new() }),
            StageOutput::Keep | StageOutput::Persist { .. } | StageOutput::Collect { .. } => {
                return Ok(TaskOutcome { result: Some(result), bytes_read, written: Vec::new() });
            }
        };
        let TaskResult::Chunk(values) = result else {
            unreachable!("stages that write produce chunks, as lowering builds them")
        };
        let written = self.write(task, target, &values)?;
        self.pool.give(values);
        Ok(TaskOutcome { result: None, bytes_read, written })
    }

    /// Writes every chunk of the target that a task's region is made of.
    fn write(&self, task: TaskId, target: &StoredArray, values: &Chunk) -> Result<Vec<WrittenChunk>, ExecuteError> {
        let writer = cached(&self.writers, &target.location, || store::open_array_writer_under(&self.control, target))?;
        let region = self.computation.region_of(task);
        let chunks = target.write_grid.chunks_in(&region);
        if let [only] = chunks[..] {
            return Ok(vec![writer.write_chunk(only, values)?]);
        }
        let write = |chunk| {
            let part = target.write_grid.region(chunk).relative_to(&region.start);
            Ok(writer.write_chunk(chunk, &values.extract(&part))?)
        };
        chunks.into_iter().map(write).collect()
    }

    /// Whether [`Executor::cancel`] was called.
    fn is_cancelled(&self) -> bool {
        self.control.is_stopped()
    }

    fn program(&self, stage: StageId, node: NodeId) -> Arc<Program> {
        let compile = || Ok::<_, std::convert::Infallible>(Program::compile(&self.computation, stage, node));
        cached(&self.programs, &(stage, node), compile).unwrap_or_else(|never| match never {})
    }

    fn reader(&self, source: &StoredArray) -> Result<Arc<ArrayReader>, StoreError> {
        cached(&self.readers, &source.location, || store::open_array_under(&self.control, source))
    }
}
