//! Which results were written for later attempts of the run.

use crate::task::{ComputationId, ResultId, TaskId, TaskResult};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// Results written or being written.
#[derive(Debug, Default)]
pub(super) struct Savings {
    saved: BTreeSet<ResultId>,
    under_way: usize,
    /// Results in scratch that are to be written: the one that is being read, and those after it.
    reading: Option<ResultId>,
    unread: VecDeque<ResultId>,
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

    /// Of results in scratch, those that are to be written now: each once.
    pub(super) fn add_spilled(&mut self, spilled: impl Iterator<Item = ResultId>) {
        self.unread.extend(spilled.filter(|result| self.saved.insert(*result)));
    }

    /// The next result to read from scratch: one after the other, since nothing was promised for them.
    pub(super) fn next_to_read(&mut self) -> Option<ResultId> {
        if self.reading.is_some() {
            return None;
        }
        self.reading = self.unread.pop_front();
        self.reading
    }

    /// Takes note of the end of reading a result, which is to be written now where there `is_value`. Says whether it was read
    /// for that.
    pub(super) fn note_read(&mut self, result: ResultId, is_value: bool) -> bool {
        let is_ours = self.reading == Some(result);
        if is_ours {
            self.reading = None;
            self.under_way += usize::from(is_value);
        }
        is_ours
    }

    /// Takes note that so many were written.
    pub(super) fn note_saved(&mut self, count: usize) {
        self.under_way = self.under_way.saturating_sub(count);
    }

    /// Whether some are being written, or are to be.
    pub(super) fn are_under_way(&self) -> bool {
        self.under_way > 0 || self.reading.is_some() || !self.unread.is_empty()
    }

    /// Whether nothing is being written, nor anything known of what was.
    pub(super) fn are_none(&self) -> bool {
        self.saved.is_empty() && !self.are_under_way()
    }

    /// Forgets a computation that is over.
    pub(super) fn forget(&mut self, computation: ComputationId) {
        self.saved.retain(|result| result.computation != computation);
        self.unread.retain(|result| result.computation != computation);
        self.reading = self.reading.filter(|result| result.computation != computation);
    }
}
