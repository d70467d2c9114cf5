//! Stages and their tasks, as plain data that every rank holds.

use super::{ComputationId, Partials, ResultId, StageId, TaskId};
use crate::array::{ChunkGrid, Region, StoredArray};
use crate::plan::{NodeId, Plan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is to become of an output of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Goal {
    /// Values in the memory of the script.
    Collect,
    /// Chunks of a stored array.
    Write(StoredArray),
    /// Chunks that workers keep for later computations.
    Persist,
    /// Chunks as the plan has them, computed and dropped: what reading, computing and scheduling cost.
    Discard,
}

/// Where the results of a stage's tasks go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StageOutput {
    /// To workers' memory, until every stage that reads them is complete.
    Keep,
    /// To workers' memory, until the script drops them.
    Persist {
        /// Position among the plan's outputs.
        output: usize,
    },
    /// To rank 0, for the script.
    Collect {
        /// Positions among the plan's outputs: one for each array that the stage computes.
        outputs: Vec<usize>,
    },
    /// Nowhere.
    Discard,
    /// To a store, written by the task itself; a task's region is a union of whole chunks of the array's write grid.
    Write {
        /// Position among the plan's outputs.
        output: usize,
        /// The array.
        target: StoredArray,
    },
}

/// Tasks of reductions that read the same data: each folds a run of blocks of one kept chunk, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReduceWork {
    /// The reductions' nodes; results have a part for each.
    pub nodes: Vec<NodeId>,
    /// Chunks of the result.
    pub kept: ChunkGrid,
    /// Blocks of the summarised axes, in the order of those axes.
    pub blocks: ChunkGrid,
    /// Consecutive blocks that one task folds.
    pub run_length: u64,
}

impl ReduceWork {
    /// Runs, that is tasks, for each kept chunk; at least 1.
    pub fn runs(&self) -> u64 {
        self.blocks.chunk_count().div_ceil(self.run_length).max(1)
    }
}

/// Tasks that merge partial states of reductions: each merges a group of consecutive runs of one kept chunk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MergeWork {
    /// The reductions' nodes; results have a part for each.
    pub nodes: Vec<NodeId>,
    /// Chunks of the result.
    pub kept: ChunkGrid,
    /// The stage whose results are merged.
    pub source: StageId,
    /// Results of that stage for each kept chunk.
    pub source_runs: u64,
    /// Results that one task merges.
    pub fan_in: u64,
}

impl MergeWork {
    /// Groups, that is tasks, for each kept chunk.
    pub fn groups(&self) -> u64 {
        self.source_runs.div_ceil(self.fan_in)
    }
}

/// What the tasks of a stage do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StageWork {
    /// Task `i` computes region `i` of the grid.
    Produce {
        /// The node.
        node: NodeId,
        /// One region a task.
        grid: ChunkGrid,
        /// Where the grid lies in the node: its first element along each axis.
        origin: Vec<usize>,
    },
    /// Partial reductions; finished ones where each kept chunk has one run.
    Reduce(ReduceWork),
    /// A level of the tree that merges partial reductions; the last level finishes them.
    Merge(MergeWork),
}

/// Tasks of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// What the tasks do.
    pub work: StageWork,
    /// Where their results go.
    pub output: StageOutput,
    /// Number of tasks.
    pub task_count: u64,
    /// Upper bound of the bytes that one task takes: decode buffers, inputs, accumulators, result.
    pub task_bytes: u64,
    /// Most bytes of one task's result.
    pub result_bytes: u64,
    /// Bytes that a rank must have beside the results of this stage that it keeps, so that whatever task may come
    /// meanwhile finds room.
    pub reserve_bytes: u64,
    /// Stages that must be complete before a task starts. A merge task doesn't wait for a stage but for its own inputs.
    pub after: Vec<StageId>,
    /// Nodes that its tasks don't compute but find among the results of earlier stages.
    pub reads: BTreeMap<NodeId, StageId>,
    /// Bytes that all tasks read from stores, raw.
    pub read_bytes: u64,
    /// Regions of the node in which its results are going to be read, where that is known.
    pub read_in: Option<ChunkGrid>,
    /// Short description for progress bars and errors: the operation's name.
    pub name: String,
    /// Why there is such a stage, for users who ask, where that isn't plain.
    pub reason: Option<String>,
}

/// A plan and the stages that compute its outputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Computation {
    /// Its number in the session.
    pub id: ComputationId,
    /// The optimised plan.
    pub plan: Plan,
    /// Stages, each after those that it reads.
    pub stages: Vec<Stage>,
    /// For every reduction and product: blocks of the summarised axes, folded one after the other.
    pub(super) blocks: BTreeMap<NodeId, ChunkGrid>,
    /// Bytes of values from which on quantiles are selected in passes.
    pub(super) large_bytes: u64,
    /// Where the states of unfinished reductions are kept, if they are.
    pub partials: Option<Partials>,
}

impl Stage {
    /// Whether the results stay with the workers that make them.
    pub fn is_kept(&self) -> bool {
        matches!(self.output, StageOutput::Keep | StageOutput::Persist { .. })
    }

    /// The nodes that the tasks compute together.
    pub fn nodes(&self) -> &[NodeId] {
        match &self.work {
            StageWork::Produce { node, .. } => std::slice::from_ref(node),
            StageWork::Reduce(work) => &work.nodes,
            StageWork::Merge(work) => &work.nodes,
        }
    }

    /// Regions of the nodes that the results of this stage hold, in the order of its tasks, counted from
    /// [`result_origin`](Stage::result_origin).
    pub fn result_grid(&self) -> &ChunkGrid {
        match &self.work {
            StageWork::Produce { grid, .. } => grid,
            StageWork::Reduce(work) => &work.kept,
            StageWork::Merge(work) => &work.kept,
        }
    }

    /// First element of the node that the results of this stage hold; `None` where they hold all of it.
    pub fn result_origin(&self) -> Option<&[usize]> {
        match &self.work {
            StageWork::Produce { origin, .. } => Some(origin),
            StageWork::Reduce(_) | StageWork::Merge(_) => None,
        }
    }
}

impl Computation {
    /// One stage.
    ///
    /// # Panics
    /// Where the id is of another computation.
    pub fn stage(&self, id: StageId) -> &Stage {
        &self.stages[id.0 as usize]
    }

    /// Ids of all stages, in an order in which they can run.
    pub fn stage_ids(&self) -> impl Iterator<Item = StageId> + use<> {
        (0..self.stages.len() as u16).map(StageId)
    }

    /// Blocks of the summarised axes of a reduction or a product, in the order of those axes; they are folded in row-major order.
    ///
    /// # Panics
    /// Where the node is neither.
    pub fn blocks_of(&self, node: NodeId) -> &ChunkGrid {
        &self.blocks[&node]
    }

    /// The region of its nodes that a task computes, or has a part in.
    pub fn region_of(&self, task: TaskId) -> Region {
        match &self.stage(task.stage).work {
            StageWork::Produce { grid, origin, .. } => grid.region(task.index).offset_by(origin),
            StageWork::Reduce(work) => work.kept.region(task.index / work.runs()),
            StageWork::Merge(work) => work.kept.region(task.index / work.groups()),
        }
    }

    /// Number of tasks of all stages.
    pub fn task_count(&self) -> u64 {
        self.stages.iter().map(|stage| stage.task_count).sum()
    }

    /// The pieces in which the tasks that read a task's result read it, in order; `None` where it isn't known.
    pub fn pieces_of(&self, task: TaskId) -> Option<ChunkGrid> {
        let wanted = self.stage(task.stage).read_in.as_ref()?;
        Some(wanted.within(&self.region_of(task)))
    }

    /// The merge task that takes a task's result, where it is a partial reduction.
    pub fn merged_by(&self, task: TaskId) -> Option<TaskId> {
        let next = StageId(task.stage.0 + 1);
        let StageWork::Merge(work) = &self.stages.get(next.0 as usize)?.work else { return None };
        let (kept, run) = (task.index / work.source_runs, task.index % work.source_runs);
        (work.source == task.stage).then(|| TaskId { stage: next, index: kept * work.groups() + run / work.fan_in })
    }

    /// The results of earlier tasks, of this or (where persisted) an earlier computation, that a task reads.
    pub fn inputs_of(&self, task: TaskId) -> Vec<ResultId> {
        let own = |task| ResultId { computation: self.id, task };
        if let StageWork::Merge(work) = &self.stage(task.stage).work {
            let (kept, group) = (task.index / work.groups(), task.index % work.groups());
            let runs = group * work.fan_in..((group + 1) * work.fan_in).min(work.source_runs);
            return runs.map(|run| own(TaskId { stage: work.source, index: kept * work.source_runs + run })).collect();
        }
        self.pulled_results(task)
    }
}
