//! What a worker says of itself when it is asked, so that a stall can be told from a long task.

use super::Worker;
use crate::protocol::{Report, WorkerState};

/// Tasks and parts that are named.
const MAX_NAMED: usize = 4;

impl Worker {
    /// Says what this worker does. Once it has said that it rests, it says so too when it doesn't any more.
    pub(super) fn describe(&mut self) {
        let next = self.merges.front().or(self.tasks.front());
        let state = WorkerState {
            waiting_count: (self.merges.len() + self.tasks.len()) as u64,
            next_task_bytes: next.map_or(0, |(computation, next)| self.task_bytes(*computation, next.task)),
            fetching_count: self.fetching.len() as u64,
            awaited: self.awaited.keys().take(MAX_NAMED).cloned().collect(),
            awaited_count: self.awaited.len() as u64,
            ready_count: self.ready.len() as u64,
            running: self.running.iter().take(MAX_NAMED).copied().collect(),
            running_count: self.running.len() as u64,
            scratch_count: self.loading_count,
            spilling_bytes: self.residency.spilling_bytes(),
            is_saving: self.savings.are_under_way(),
            reserved_bytes: self.reserved_bytes,
            kept_bytes: self.residency.bytes(),
            budget_bytes: self.info.budget_bytes,
            moved_bytes: self.moved_bytes,
            spilled_bytes: self.spilled_bytes,
        };
        self.has_said_rest = !state.is_at_work();
        self.report(Report::State(Box::new(state)));
    }

    /// A task starts.
    pub(super) fn note_start(&mut self) {
        if self.has_said_rest {
            self.describe();
        }
    }
}
