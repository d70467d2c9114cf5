//! Reductions inside a task: folding blocks in order, merging partial states, finishing.

use super::ExecuteError;
use super::evaluate::Evaluation;
use super::strips;
use crate::array::{Chunk, Region};
use crate::kernels::reduction::{self, Accumulator, Registered, Strip};
use crate::plan::{NodeId, Operation, Reduce};
use crate::task::{MergeWork, ReduceWork, TaskResult, expand};
use std::ops::Range;

impl Evaluation<'_> {
    /// The whole reduction of a kept region, in this task.
    pub fn reduce_inline(&mut self, id: NodeId, kept: &Region) -> Result<Chunk, ExecuteError> {
        let count = self.executor.computation().blocks_of(id).chunk_count();
        let state = self.fold_blocks(id, kept, 0..count)?;
        self.finish(id, kept, state)
    }

    /// One run of blocks: a partial state, or the finished values where it is the only run.
    pub fn run_of_blocks(&mut self, work: &ReduceWork) -> Result<TaskResult, ExecuteError> {
        let kept = work.kept.region(self.task.index / work.runs());
        let first = self.task.index % work.runs() * work.run_length;
        let state =
            self.fold_blocks(work.node, &kept, first..(first + work.run_length).min(work.blocks.chunk_count()))?;
        if work.runs() > 1 {
            return Ok(TaskResult::Partial(state));
        }
        self.finish(work.node, &kept, state).map(TaskResult::Chunk)
    }

    /// One group of partial states, merged in the order of their runs; finished where no other group is left.
    pub fn merge(&mut self, work: &MergeWork) -> Result<TaskResult, ExecuteError> {
        let computation = self.executor.computation();
        let (_, registered, _) = self.reduction(work.node);
        let input = computation.plan.node(computation.plan.node(work.node).inputs[0]).dtype;
        let mut merged: Option<Accumulator> = None;
        for missing in computation.inputs_of(self.task) {
            let Some(TaskResult::Partial(state)) = self.inputs.get(&missing).map(AsRef::as_ref) else {
                return Err(ExecuteError::MissingInput { task: self.task, missing });
            };
            match &mut merged {
                Some(merged) => registered.reduction.merge(merged, input, state),
                None => merged = Some(state.clone()),
            }
        }
        let merged = merged.expect("a group has at least one partial state");
        if work.groups() > 1 {
            return Ok(TaskResult::Partial(merged));
        }
        let kept = computation.region_of(self.task);
        self.finish(work.node, &kept, merged).map(TaskResult::Chunk)
    }

    fn reduction(&self, id: NodeId) -> (&Reduce, &'static Registered, NodeId) {
        let node = self.executor.computation().plan.node(id);
        let Operation::Reduce(reduce) = &node.operation else {
            unreachable!("only reductions are folded, not {:?}", node.operation)
        };
        let registered = reduction::find(&reduce.name).expect("a plan is built with registered reductions only");
        (reduce, registered, node.inputs[0])
    }

    /// Folds blocks of the summarised axes behind a kept region into a new state, one after the other.
    fn fold_blocks(&mut self, id: NodeId, kept: &Region, blocks: Range<u64>) -> Result<Accumulator, ExecuteError> {
        let executor = self.executor;
        let plan = &executor.computation().plan;
        let (reduce, registered, input) = {
            let (reduce, registered, input) = self.reduction(id);
            (reduce.clone(), registered, input)
        };
        let dtype = plan.node(input).dtype;
        let program = executor.program(self.task.stage, input);
        let mut state = registered.reduction.start(dtype, kept.element_count());
        for block in blocks {
            let block = executor.computation().blocks_of(id).region(block);
            let mut ranges = vec![0..0; plan.node(input).shape.len()];
            for (position, &axis) in reduce.axes.iter().enumerate() {
                ranges[axis] = block.range(position);
            }
            let region = expand(kept, &reduce.axes, &ranges);
            let leaves = self.leaf_values(&program, &region)?;
            let shape = &plan.node(input).shape;
            strips::run(&program, &leaves, &region, shape, &reduce.axes, &mut |values, place| {
                let strips::StripPlace { first, rows, columns, row_step, column_step } = place;
                let strip = Strip { values, rows, columns, first, row_step, column_step };
                registered.reduction.fold(&mut state, dtype, &strip, reduce.options);
                Ok(())
            })?;
            self.give_back(leaves);
        }
        Ok(state)
    }

    fn finish(&self, id: NodeId, kept: &Region, state: Accumulator) -> Result<Chunk, ExecuteError> {
        let (reduce, registered, input) = self.reduction(id);
        let plan = &self.executor.computation().plan;
        let values = registered.reduction.finish(state, plan.node(input).dtype, reduce.options);
        Ok(Chunk::new(plan.node(id).dtype, kept.shape.clone(), values)?)
    }
}
