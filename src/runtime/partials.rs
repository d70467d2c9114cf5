//! Results of reducing tasks in files: written for later attempts of a run, loaded where an earlier one has left them.

use crate::journal;
use crate::task::{Computation, TaskId, TaskResult};
use std::path::PathBuf;
use std::sync::Arc;

/// The file that a task's result is kept in, where it is.
fn file(computation: &Computation, task: TaskId) -> Option<PathBuf> {
    let partials = computation.partials.as_ref()?;
    Some(partials.directory.join(computation.partial_name(task)?.to_string()))
}

/// The result of a task that an earlier attempt of the run has left.
pub(super) fn load(computation: &Computation, task: TaskId) -> Option<TaskResult> {
    let parts = computation.kept_parts(task)?;
    let directory = &computation.partials.as_ref()?.directory;
    computation.put_together(task, parts, |name| {
        // What can't be read is computed.
        let bytes = journal::read(&directory.join(name.to_string())).ok()??;
        postcard::from_bytes(&bytes).ok()
    })
}

/// Writes results for later attempts of the run. What can't be written is computed again then.
pub(super) fn save(computation: &Computation, results: Vec<(TaskId, Arc<TaskResult>)>) {
    for (task, result) in results {
        if let Some(path) = file(computation, task)
            && !path.exists()
        {
            let _ = journal::publish_value(&path, &*result);
        }
    }
}
