//! Room in memory: a task is admitted while it fits the budget beside the results that are kept; where those take too
//! much, they go to scratch, oldest first.

use super::{Action, Worker};
use crate::protocol::Report;
use crate::task::ResultId;

/// Whether there is room for a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// It may be admitted.
    Now,
    /// Something has to end first, and will.
    Later,
    /// Nothing that ends makes room.
    Never,
}

impl Worker {
    /// Makes room for a task of this size, as far as can be.
    pub(super) fn make_room(&mut self, task_bytes: u64) -> Room {
        let budget_bytes = self.info.budget_bytes;
        let excess = (self.committed_bytes() + task_bytes).saturating_sub(budget_bytes);
        self.residency.evict_copies(excess);
        let excess = (self.committed_bytes() + task_bytes).saturating_sub(budget_bytes);
        if excess == 0 {
            return Room::Now;
        }
        self.spill(excess);
        match (self.residency.spilling_bytes(), self.reserved_bytes, self.residency.bytes()) {
            // It fits the budget alone: lowering has seen to that.
            (0, 0, 0) => Room::Now,
            (0, 0, _) => Room::Never,
            _ => Room::Later,
        }
    }

    /// Has as many results go to scratch as make room for `bytes`.
    fn spill(&mut self, bytes: u64) {
        while self.residency.spilling_bytes() < bytes {
            let left = self.info.scratch.limit_bytes.saturating_sub(self.residency.scratch_bytes());
            let Some((result, value)) = self.residency.start_spill(left, self.reserved_bytes == 0) else { return };
            let computation = self.computations.get(&result.computation);
            let pieces = computation.and_then(|computation| computation.pieces_of(result.task));
            self.actions.push_back(Action::Spill { result, value, pieces });
        }
    }

    /// Takes note of the end of an [`Action::Spill`].
    pub fn handle_spilled(&mut self, result: ResultId, outcome: Result<(), String>) {
        self.spilled_bytes += self.residency.end_spill(result, outcome.is_ok());
        if let (Err(message), Some(computation)) = (outcome, self.computations.keys().next_back()) {
            self.report(Report::Failed { computation: *computation, task: result.task, message });
        }
        self.admit();
    }

    /// Why a task can't be admitted, with what would help.
    pub(super) fn why_there_is_no_room(&self, task_bytes: u64) -> String {
        let (kept, budget) = (self.residency.bytes(), self.info.budget_bytes);
        let scratch = &self.info.scratch;
        let full = match scratch.limit_bytes {
            0 => format!("there is no scratch: {}", scratch.place),
            limit => format!("scratch {} has reached its limit of {limit} bytes", scratch.place),
        };
        format!(
            "kept results of {kept} bytes and a task of {task_bytes} don't fit the {budget} bytes that a rank may use, and \
             {full}"
        )
    }
}
