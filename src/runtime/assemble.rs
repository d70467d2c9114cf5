//! Puts the results of tasks together to the arrays that the script asked for.

use super::job::Receive;
use super::{RuntimeError, partials};
use crate::array::{Chunk, Region, WrittenChunk};
use crate::task::{Computation, StageId, StageOutput, TaskId, TaskResult};
use std::sync::Arc;

/// Arrays in the making, one an output of a plan that is collected.
pub(super) struct Assembly<'a> {
    computation: &'a Computation,
    outputs: Vec<Chunk>,
    /// Tasks whose results are here and haven't been kept for later attempts of the run.
    unsaved: Vec<TaskId>,
}

impl Assembly<'_> {
    /// Empty arrays of the outputs' shapes.
    pub(super) fn new(computation: &Computation) -> Assembly<'_> {
        let nodes = computation.plan.outputs().iter().map(|id| computation.plan.node(*id));
        let outputs = nodes.map(|node| Chunk::zeros(node.dtype, node.shape.clone())).collect();
        Assembly { computation, outputs, unsaved: Vec::new() }
    }

    /// Adds the result of a task.
    pub(super) fn add(&mut self, task: TaskId, result: Arc<TaskResult>) {
        let StageOutput::Collect { outputs } = &self.computation.stage(task.stage).output else { return };
        if self.computation.partials.is_some() {
            self.unsaved.push(task);
        }
        let region = self.computation.region_of(task);
        match (&outputs[..], Arc::unwrap_or_clone(result)) {
            (&[output], TaskResult::Chunk(chunk)) => self.put(output, &region, chunk),
            (outputs, TaskResult::Chunks(chunks)) => {
                outputs.iter().zip(chunks).for_each(|(&output, chunk)| self.put(output, &region, chunk));
            }
            _ => unreachable!("a stage whose results are collected gives one finished chunk an output"),
        }
    }

    fn put(&mut self, output: usize, region: &Region, chunk: Chunk) {
        if *region == Region::whole(self.outputs[output].shape()) {
            self.outputs[output] = chunk;
        } else {
            self.outputs[output].copy_from(region, &chunk, &vec![0; region.ndim()]);
        }
    }

    /// Keeps what is here for later attempts of the run.
    pub(super) fn save(&mut self) {
        for task in std::mem::take(&mut self.unsaved) {
            let StageOutput::Collect { outputs } = &self.computation.stage(task.stage).output else { continue };
            let region = self.computation.region_of(task);
            let mut chunks: Vec<Chunk> = outputs.iter().map(|&output| self.outputs[output].extract(&region)).collect();
            let result = match chunks.len() {
                1 => TaskResult::Chunk(chunks.remove(0)),
                _ => TaskResult::Chunks(chunks),
            };
            partials::save(self.computation, vec![(task, Arc::new(result))]);
        }
    }

    /// The arrays.
    pub(super) fn finish(self) -> Vec<Chunk> {
        self.outputs
    }
}

impl Receive for Assembly<'_> {
    fn collect(&mut self, task: TaskId, result: Arc<TaskResult>) {
        self.add(task, result);
    }

    fn checkpoint(&mut self) {
        self.save();
    }

    fn written(&mut self, _: StageId, _: Vec<WrittenChunk>) -> Result<(), RuntimeError> {
        Ok(())
    }
}
