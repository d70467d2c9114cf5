//! Reductions inside a task: folding blocks in order, merging partial states, finishing.

use super::ExecuteError;
use super::evaluate::{Evaluation, Pulled};
use super::program::Program;
use super::strips::{self, StripPlace};
use super::target::Target;
use crate::array::{Buffer, Chunk, DType, Element, Region, with_buffer};
use crate::kernels::reduction::{self, Accumulator, Registered, Strip};
use crate::kernels::selection::Selection;
use crate::plan::{NodeId, Operation, Reduce};
use crate::task::{MergeWork, ReduceWork, TaskResult, behind, selection_of};
use std::ops::Range;
use std::sync::Arc;

/// Reductions of one input: its program is run once for all of them.
struct Fold<'a> {
    input: NodeId,
    program: Arc<Program>,
    /// Position of the state, and what it is of.
    into: Vec<(usize, Summary<'a>)>,
}

/// What a state is of.
#[derive(Clone, Copy)]
enum Summary<'a> {
    Reduction(&'a Reduce, &'static Registered),
    Selection(Selection<'a>),
}

impl Summary<'_> {
    fn fold(&self, state: &mut Accumulator, input: DType, strip: &Strip<'_>) {
        match self {
            Summary::Reduction(reduce, registered) => registered.reduction.fold(state, input, strip, reduce.options),
            Summary::Selection(selection) => selection.fold(state, strip),
        }
    }

    fn merge(&self, state: &mut Accumulator, input: DType, later: &Accumulator) {
        match self {
            Summary::Reduction(_, registered) => registered.reduction.merge(state, input, later),
            Summary::Selection(selection) => selection.merge(state, later),
        }
    }

    fn finish(&self, state: Accumulator, input: DType, kept: &Region) -> Buffer {
        match self {
            Summary::Reduction(reduce, registered) => {
                let values = registered.reduction.finish(state, input, reduce.options);
                match reduce.group_axis() {
                    Some(axis) => move_first_axis(values, axis, &kept.shape),
                    None => values,
                }
            }
            Summary::Selection(selection) => Buffer::UInt64(selection.finish(state)),
        }
    }
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
                let (summary, input) = self.summary(node);
                summary.merge(merged, computation.plan.node(input).dtype, state);
            }
        }
        let merged = merged.expect("a group has at least one partial state");
        if work.groups() > 1 {
            return Ok(TaskResult::Partial(merged));
        }
        let kept = computation.region_of(self.task);
        self.finish(&work.nodes, &kept, merged).map(TaskResult::of_chunks)
    }

    /// What the state of a node is of, and the node that it summarises.
    fn summary(&self, id: NodeId) -> (Summary<'a>, NodeId) {
        let plan = &self.executor.computation().plan;
        let node = plan.node(id);
        let summary = match (&node.operation, selection_of(plan, id)) {
            (_, Some(selection)) => Summary::Selection(selection),
            (Operation::Reduce(reduce), None) => {
                let registered = reduction::find(&reduce.name);
                Summary::Reduction(reduce, registered.expect("a plan is built with registered reductions only"))
            }
            (other, None) => unreachable!("only reductions are folded, not {other:?}"),
        };
        (summary, node.inputs[0])
    }

    /// Folds blocks of the summarised axes behind a kept region into new states, one block after the other; each is
    /// read once for all reductions, and not at all where it has nothing of the region's groups. What several blocks in a
    /// row read alike, as group means or masks, is read for the first.
    fn fold_blocks(
        &mut self,
        ids: &[NodeId],
        kept: &Region,
        blocks: Range<u64>,
    ) -> Result<Vec<Accumulator>, ExecuteError> {
        let executor = self.executor;
        let plan = &executor.computation().plan;
        let (folds, mut states) = self.start(ids, kept)?;
        let reduce = executor.computation().reduce_of(ids[0]);
        let shape = &plan.node(folds[0].input).shape;
        let target = Target::new(reduce, kept);
        let region_of = |block| behind(kept, reduce, shape, &executor.computation().blocks_of(ids[0]).region(block));
        let mut regions = blocks.map(region_of).filter(|region| !region.is_empty()).peekable();
        let mut pulled = Pulled::new();
        while let Some(region) = regions.next() {
            let mut leaves = Vec::with_capacity(folds.len());
            for fold in &folds {
                leaves.push(self.leaf_values(&fold.program, &region, &mut pulled)?);
            }
            pulled.clear();
            for (fold, leaves) in folds.iter().zip(&leaves) {
                let dtype = plan.node(fold.input).dtype;
                strips::run(&fold.program, leaves, &region, shape, &target, &mut |values, place| {
                    let StripPlace { offset, pitch, first, rows, columns, row_step, column_step } = place;
                    let strip = Strip { values, offset, pitch, rows, columns, first, row_step, column_step };
                    for (position, summary) in &fold.into {
                        summary.fold(&mut states[*position], dtype, &strip);
                    }
                    Ok(())
                })?;
            }
            for (fold, leaves) in folds.iter().zip(leaves) {
                self.give_back_but(&fold.program, leaves, regions.peek(), &mut pulled);
            }
        }
        Ok(states)
    }

    /// States that have seen nothing, and how to fold into them.
    fn start(&mut self, ids: &[NodeId], kept: &Region) -> Result<(Vec<Fold<'a>>, Vec<Accumulator>), ExecuteError> {
        let computation = self.executor.computation();
        let plan = &computation.plan;
        let mut folds: Vec<Fold<'_>> = Vec::new();
        let mut states = Vec::new();
        for (position, &id) in ids.iter().enumerate() {
            let (summary, input) = self.summary(id);
            states.push(match &summary {
                Summary::Reduction(_, registered) => {
                    registered.reduction.start(plan.node(input).dtype, kept.element_count())
                }
                Summary::Selection(selection) => {
                    let before = computation.pass_before(id).map(|before| self.evaluate(before, kept)).transpose()?;
                    let rows = kept.shape[..kept.ndim() - 1].iter().product();
                    selection.start(rows, before.as_deref().and_then(Chunk::as_slice))
                }
            });
            match folds.iter_mut().find(|fold| fold.input == input) {
                Some(fold) => fold.into.push((position, summary)),
                None => {
                    let into = vec![(position, summary)];
                    folds.push(Fold { input, program: self.executor.program(self.task.stage, input), into });
                }
            }
        }
        Ok((folds, states))
    }

    /// The results of states, one chunk a reduction.
    fn finish(&self, ids: &[NodeId], kept: &Region, states: Vec<Accumulator>) -> Result<Vec<Chunk>, ExecuteError> {
        let plan = &self.executor.computation().plan;
        let finish = |(&id, state)| {
            let (summary, input) = self.summary(id);
            let values = summary.finish(state, plan.node(input).dtype, kept);
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
