//! Runs small computations in the calling thread, without workers.

use super::RuntimeError;
use super::assemble::Assembly;
use crate::array::Chunk;
use crate::execute::Executor;
use crate::task::{Computation, ResultId, StageOutput, TaskId, TaskResult};
use std::collections::HashMap;
use std::sync::Arc;

/// Runs all tasks of a computation one after the other, in the calling thread.
///
/// # Errors
/// Where a task fails.
pub(super) fn run_here(computation: &Arc<Computation>) -> Result<Vec<Chunk>, RuntimeError> {
    let executor = Executor::new(computation.clone());
    let mut assembly = Assembly::new(computation);
    let mut kept: HashMap<ResultId, Arc<TaskResult>> = HashMap::new();
    for stage in computation.stage_ids() {
        for index in 0..computation.stage(stage).task_count {
            let task = TaskId { stage, index };
            let inputs = computation.inputs_of(task).into_iter();
            let inputs = inputs.filter_map(|id| Some((id, kept.get(&id)?.clone()))).collect();
            let outcome = executor.run(task, &inputs)?;
            if let Some(result) = outcome.result.map(Arc::new) {
                match computation.stage(stage).output {
                    StageOutput::Collect { .. } => assembly.add(task, result),
                    _ => drop(kept.insert(ResultId { computation: computation.id, task }, result)),
                }
            }
        }
    }
    Ok(assembly.finish())
}
