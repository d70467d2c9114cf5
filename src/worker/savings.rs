//! Which results were written for later attempts of the run.

use crate::task::{ComputationId, ResultId, TaskId, TaskResult};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Results written or being written.
#[derive(Debug, Default)]
pub(super) struct Savings {
    saved: BTreeSet<ResultId>,
    under_way: usize,
}

impl Savings {
    /// Of results, those that are to be written now: each once.
    pub(super) fn take_unsaved<'a>(
        &mut self,
        computation: ComputationId,
        results: impl Iterator<Item = (TaskId, &'a Arc<TaskResult>)>,
    ) -> Vec<(TaskId, Arc<TaskResult>)> {
        let unsaved: Vec<_> = results
            .filter(|(task, _)| self.saved.insert(ResultId { computation, task: *task }))
            .map(|(task, result)| (task, result.clone()))
            .collect();
        self.under_way += unsaved.len();
        unsaved
    }

    /// Takes note that so many were written.
    pub(super) fn note_saved(&mut self, count: usize) {
        self.under_way = self.under_way.saturating_sub(count);
    }

    /// Whether some are being written.
    pub(super) fn are_under_way(&self) -> bool {
        self.under_way > 0
    }

    /// Whether nothing is being written, nor anything known of what was.
    pub(super) fn are_none(&self) -> bool {
        self.saved.is_empty() && self.under_way == 0
    }

    /// Forgets a computation that is over.
    pub(super) fn forget(&mut self, computation: ComputationId) {
        self.saved.retain(|result| result.computation != computation);
    }
}
