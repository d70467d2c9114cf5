//! Lowering: from a plan to stages of chunk tasks.
//!
//! A [`Computation`] is a plan and the stages that compute its outputs. It is plain data, the same on every rank; a task
//! is named by its stage and its index there, some 16 bytes, and everything about it (its region, which earlier results
//! it reads, how much memory it may take) is worked out from the computation by region arithmetic. Nothing here reads or
//! computes values; that is `execute`'s part.

mod computation;
mod covered;
mod demand;
mod digest;
mod fit;
mod geometry;
mod group_chunks;
mod inputs;
mod lower;
mod materialise;
mod memory;
mod partials;
mod passes;
mod products;
mod pull;
mod reduce_geometry;
mod reduce_stages;
mod resources;
mod room;
mod selections;
mod sharing;
mod skip;
#[cfg(test)]
mod test_data;
mod waves;

use demand::Demand;

pub use computation::{Computation, Goal, MergeWork, ReduceWork, Stage, StageOutput, StageWork};
pub use digest::PlanDigest;
pub use inputs::{ResultPart, TaskInputs};
pub use lower::lower;
pub use memory::MemoryProjection;
pub use partials::{NoPartialName, PartialName, Partials};
pub use pull::{KeptResults, behind, input_regions, is_computed_once};
pub use resources::Resources;
pub use selections::selection_of;
pub use skip::Skip;

use crate::array::{ArrayLocation, Chunk};
use crate::kernels::KernelError;
use crate::kernels::reduction::Accumulator;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Number of a computation within a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ComputationId(pub u32);

/// Position of a stage in its [`Computation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StageId(pub u16);

/// One chunk task: which stage, which chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskId {
    /// Its stage.
    pub stage: StageId,
    /// Its index in the stage.
    pub index: u64,
}

/// A result that a task left on the worker that ran it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ResultId {
    /// The computation of the task.
    pub computation: ComputationId,
    /// The task.
    pub task: TaskId,
}

impl fmt::Display for ResultId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.computation.0, self.task.stage.0, self.task.index)
    }
}

/// What a task leaves behind for later tasks or for the script.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TaskResult {
    /// Finished values of one region.
    Chunk(Chunk),
    /// Finished values of one region of several arrays that were computed together.
    Chunks(Vec<Chunk>),
    /// The states of reductions that aren't finished, one each.
    Partial(Vec<Accumulator>),
}

impl TaskResult {
    /// Bytes of the values in memory.
    pub fn size_bytes(&self) -> usize {
        match self {
            TaskResult::Chunk(chunk) => chunk.size_bytes(),
            TaskResult::Chunks(chunks) => chunks.iter().map(Chunk::size_bytes).sum(),
            TaskResult::Partial(accumulators) => accumulators.iter().map(Accumulator::size_bytes).sum(),
        }
    }

    /// Finished values, of one of the arrays where there are several.
    pub fn chunk(&self, part: usize) -> Option<&Chunk> {
        match self {
            TaskResult::Chunk(chunk) => (part == 0).then_some(chunk),
            TaskResult::Chunks(chunks) => chunks.get(part),
            TaskResult::Partial(_) => None,
        }
    }

    /// Finished values of one array, or of several.
    pub(crate) fn of_chunks(mut chunks: Vec<Chunk>) -> TaskResult {
        match chunks.pop() {
            Some(only) if chunks.is_empty() => TaskResult::Chunk(only),
            last => {
                chunks.extend(last);
                TaskResult::Chunks(chunks)
            }
        }
    }
}

/// Why a plan can't be lowered to tasks.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TaskError {
    /// The smallest region of an operation takes more memory than a rank may use.
    #[error(
        "one task of {operation} needs {needed_bytes} bytes for a region of {region_shape:?}, but a rank may use {budget_bytes} bytes; \
         chunks of {fitting_shape:?} or smaller would fit"
    )]
    TaskTooLarge {
        /// What the task computes.
        operation: String,
        /// Shape of the task's region.
        region_shape: Vec<usize>,
        /// Bytes that the task may take.
        needed_bytes: u64,
        /// Bytes that there are.
        budget_bytes: u64,
        /// A region that would fit.
        fitting_shape: Vec<usize>,
    },
    /// What tasks leave for later ones takes more memory than all ranks have beside the tasks.
    #[error(
        "results of {operation} and what is kept with them take {needed_bytes} bytes, but all ranks together have room for \
         {room_bytes} bytes of results, in memory and scratch, beside tasks of {reserve_bytes} bytes"
    )]
    ResultsTooLarge {
        /// What leaves the most of them.
        operation: String,
        /// Bytes of all results that may be kept at one time.
        needed_bytes: u64,
        /// Bytes that there are for them.
        room_bytes: u64,
        /// Bytes of the largest task that may run meanwhile.
        reserve_bytes: u64,
        /// Bytes of each rank's memory that would do.
        rank_bytes: u64,
    },
    /// An output's shape isn't that of the array written to it.
    #[error("can't write an array of shape {found:?} to {location} of shape {expected:?}")]
    OutputShape {
        /// The output.
        location: ArrayLocation,
        /// Its shape.
        expected: Vec<usize>,
        /// Shape of the array.
        found: Vec<usize>,
    },
    /// A reduction that this program doesn't have.
    #[error(transparent)]
    Kernel(#[from] KernelError),
}
