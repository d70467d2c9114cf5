//! Admission: a task runs where there is a core for it, or another waits for a file, and while it fits the budget beside
//! the results that are kept; where those take too much, they go to scratch, oldest first.

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
    /// Takes note of how many tasks wait for files now, so that others can run meanwhile.
    pub fn note_at_files(&mut self, count: usize) {
        self.at_files = count.min(self.info.io_threads);
        self.admit();
    }

    /// Admits tasks while they fit: to run where everything is at hand, ahead of need where inputs must be fetched.
    pub(super) fn admit(&mut self) {
        loop {
            self.start_ready();
            let Some((computation, assignment)) = self.merges.front().or(self.tasks.front()) else { return };
            let admitted = self.running.len() + self.ready.len() + self.fetching.len();
            let is_local = assignment.inputs.iter().all(|input| self.residency.get(input.result).is_some());
            let slots = if is_local { self.info.threads } else { 2 * self.info.threads };
            let busy = if is_local { self.running.len() + self.ready.len() } else { admitted };
            let task_bytes = self.task_bytes(*computation, assignment.task);
            // For tasks that run because others wait for files, nothing has to go.
            if busy >= slots + self.at_files || (busy >= slots && !self.has_room(task_bytes)) {
                return;
            }
            let room = self.make_room(task_bytes);
            if room == Room::Later {
                return;
            }
            if let Some((computation, assignment)) = self.merges.pop_front().or_else(|| self.tasks.pop_front()) {
                if room == Room::Never {
                    let message = self.why_there_is_no_room(task_bytes);
                    return self.report(Report::Failed { computation, task: assignment.task, message });
                }
                self.reserved_bytes += task_bytes;
                self.gather(computation, assignment);
            }
        }
    }

    fn start_ready(&mut self) {
        while self.running.len() < self.task_slots()
            && let Some((id, admitted)) = self.ready.pop_front()
        {
            self.running.insert(id);
            self.note_start();
            let ResultId { computation, task } = id;
            self.actions.push_back(Action::Run { computation, task, inputs: admitted.inputs });
        }
    }

    /// Tasks that may run now: one a core, and one for each that waits for files.
    fn task_slots(&self) -> usize {
        self.info.threads.max(1) + self.at_files
    }

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

    /// Whether there is room for a task of this size as things are.
    pub(super) fn has_room(&self, task_bytes: u64) -> bool {
        self.committed_bytes() + task_bytes <= self.info.budget_bytes
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
