//! Reductions inside a task: folding blocks in order, merging partial states, finishing.

use super::ExecuteError;
use super::evaluate::{Evaluation, Pulled};
use super::program::Program;
use super::strips::{self, StripPlace};
use super::target::Target;
use crate::array::{Buffer, Chunk, Element, Region, with_buffer};
use crate::kernels::reduction::{self, Accumulator, Registered, Strip};
use crate::plan::{NodeId, Operation, Reduce};
use crate::task::{MergeWork, ReduceWork, TaskResult, expand};
use std::ops::Range;
use std::sync::Arc;

/// Reductions of one input: its program is run once for all of them.
struct Fold<'a> {
    input: NodeId,
    program: Arc<Program>,
    /// Position of the state, the reduction, and what it was told.
    into: Vec<(usize, &'a Reduce, &'static Registered)>,
}

impl<'a> Evaluation<'a> {
    /// The whole reduction of a kept region, in this task.
    pub fn reduce_inline(&mut self, id: NodeId, kept: &Region) -> Result<Chunk, ExecuteError> {
        let count = self.executor.computation().blocks_of(id).chunk_count();
        let states = self.fold_blocks(&[id], kept, 0..count)?;
        Ok(self.finish(&[id], kept, states)?.remove(0))
    }

    /// One run of blocks: partial states, or the finished values where it is the only run.
    pub fn run_of_blocks(&mut self, work: &ReduceWork) -> Result<TaskResult, ExecuteError> {
        let kept = work.kept.region(self.task.index / work.runs());
        let first = self.task.index % work.runs() * work.run_length;
        let blocks = first..(first + work.run_length).min(work.blocks.chunk_count());
        let states = self.fold_blocks(&work.nodes, &kept, blocks)?;
        if work.runs() > 1 {
            return Ok(TaskResult::Partial(states));
        }
        self.finish(&work.nodes, &kept, states).map(TaskResult::of_chunks)
    }

    /// One group of partial states, merged in the order of their runs; finished where no other group is left.
    pub fn merge(&mut self, work: &MergeWork) -> Result<TaskResult, ExecuteError> {
        let computation = self.executor.computation();
        let mut merged: Option<Vec<Accumulator>> = None;
        for missing in computation.inputs_of(self.task) {
            let Some(TaskResult::Partial(states)) = self.inputs.get(&missing).map(AsRef::as_ref) else {
                return Err(ExecuteError::MissingInput { task: self.task, missing });
            };
            let Some(merged) = &mut merged else {
                merged = Some(states.clone());
                continue;
            };
            for ((&node, merged), state) in work.nodes.iter().zip(merged).zip(states) {
                let (_, registered, input) = self.reduction(node);
                registered.reduction.merge(merged, computation.plan.node(input).dtype, state);
            }
        }
        let merged = merged.expect("a group has at least one partial state");
        if work.groups() > 1 {
            return Ok(TaskResult::Partial(merged));
        }
        let kept = computation.region_of(self.task);
        self.finish(&work.nodes, &kept, merged).map(TaskResult::of_chunks)
    }

    fn reduction(&self, id: NodeId) -> (&'a Reduce, &'static Registered, NodeId) {
        let node = self.executor.computation().plan.node(id);
        let Operation::Reduce(reduce) = &node.operation else {
            unreachable!("only reductions are folded, not {:?}", node.operation)
        };
        let registered = reduction::find(&reduce.name).expect("a plan is built with registered reductions only");
        (reduce, registered, node.inputs[0])
    }

    /// Folds blocks of the summarised axes behind a kept region into new states, one block after the other; each is
    /// read once for all reductions, and not at all where it has nothing of the region's groups.
    fn fold_blocks(
        &mut self,
        ids: &[NodeId],
        kept: &Region,
        blocks: Range<u64>,
    ) -> Result<Vec<Accumulator>, ExecuteError> {
        let executor = self.executor;
        let plan = &executor.computation().plan;
        let (folds, mut states) = self.start(ids, kept);
        let reduce = executor.computation().reduce_of(ids[0]);
        let shape = &plan.node(folds[0].input).shape;
        let target = Target::new(reduce, kept);
        for block in blocks {
            let block = executor.computation().blocks_of(ids[0]).region(block);
            let mut ranges = vec![0..0; shape.len()];
            for (position, &axis) in reduce.axes.iter().enumerate() {
                ranges[axis] = block.range(position);
            }
            let region = expand(kept, reduce, &ranges);
            if region.is_empty() {
                continue;
            }
            let mut pulled = Pulled::new();
            let mut leaves = Vec::with_capacity(folds.len());
            for fold in &folds {
                leaves.push(self.leaf_values(&fold.program, &region, &mut pulled)?);
            }
            drop(pulled);
            for (fold, leaves) in folds.iter().zip(&leaves) {
                let dtype = plan.node(fold.input).dtype;
                strips::run(&fold.program, leaves, &region, shape, &target, &mut |values, place| {
                    let StripPlace { offset, first, rows, columns, row_step, column_step } = place;
                    let strip = Strip { values, offset, rows, columns, first, row_step, column_step };
                    for (position, reduce, registered) in &fold.into {
                        registered.reduction.fold(&mut states[*position], dtype, &strip, reduce.options);
                    }
                    Ok(())
                })?;
            }
            leaves.into_iter().for_each(|leaves| self.give_back(leaves));
        }
        Ok(states)
    }

    /// States that have seen nothing, and how to fold into them.
    fn start(&self, ids: &[NodeId], kept: &Region) -> (Vec<Fold<'a>>, Vec<Accumulator>) {
        let plan = &self.executor.computation().plan;
        let mut folds: Vec<Fold<'_>> = Vec::new();
        let mut states = Vec::new();
        for (position, &id) in ids.iter().enumerate() {
            let (reduce, registered, input) = self.reduction(id);
            states.push(registered.reduction.start(plan.node(input).dtype, kept.element_count()));
            match folds.iter_mut().find(|fold| fold.input == input) {
                Some(fold) => fold.into.push((position, reduce, registered)),
                None => {
                    let into = vec![(position, reduce, registered)];
                    folds.push(Fold { input, program: self.executor.program(self.task.stage, input), into });
                }
            }
        }
        (folds, states)
    }

    /// The results of states, one chunk a reduction.
    fn finish(&self, ids: &[NodeId], kept: &Region, states: Vec<Accumulator>) -> Result<Vec<Chunk>, ExecuteError> {
        let plan = &self.executor.computation().plan;
        let finish = |(&id, state)| {
            let (reduce, registered, input) = self.reduction(id);
            let values = registered.reduction.finish(state, plan.node(input).dtype, reduce.options);
            let values = match reduce.group_axis() {
                Some(axis) => move_first_axis(values, axis, &kept.shape),
                None => values,
            };
            Ok(Chunk::new(plan.node(id).dtype, kept.shape.clone(), values)?)
        };
        ids.iter().zip(states).map(finish).collect()
    }
}

/// States have the axis of groups first; results of this shape have it at `axis`.
fn move_first_axis(values: Buffer, axis: usize, shape: &[usize]) -> Buffer {
    let outer: usize = shape[..axis].iter().product();
    let inner: usize = shape[axis + 1..].iter().product();
    if outer == 1 || shape[axis] == 1 {
        return values;
    }
    with_buffer!(&values, source => {
        let mut moved = Vec::with_capacity(source.len());
        for row in 0..outer {
            for group in 0..shape[axis] {
                let first = (group * outer + row) * inner;
                moved.extend_from_slice(&source[first..first + inner]);
            }
        }
        Element::into_buffer(moved)
    })
}
