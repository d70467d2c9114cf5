//! Admission: a task runs where there is a core for it, or another waits for a file, and while it fits the budget beside
//! the results that are kept; where those take too much, they go to scratch, oldest first. What would leave no room for
//! the tasks to come is declined.

use super::{Action, Worker};
use crate::protocol::{Assignment, Report};
use crate::task::{ComputationId, ResultId, StageId, StageWork, TaskId};

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

    /// Admits tasks while they fit: to run where everything is at hand, ahead of need where inputs must be fetched or tasks
    /// are short.
    pub(super) fn admit(&mut self) {
        loop {
            self.start_ready();
            let Some((computation, assignment)) = self.merges.front().or(self.tasks.front()) else { return };
            let (computation, task) = (*computation, assignment.task);
            let admitted = self.running.len() + self.ready.len() + self.fetching.len();
            let is_local = assignment.inputs.iter().all(|input| self.residency.get(input.result).is_some());
            let slots = if is_local { self.info.threads } else { 2 * self.info.threads };
            let busy = if is_local { self.running.len() + self.ready.len() } else { admitted };
            let task_bytes = self.task_bytes(computation, task);
            let more = self.at_files + self.pace.ahead(computation, task.stage, self.info.threads);
            // For tasks beyond one a thread, nothing has to go.
            if busy >= slots + more || (busy >= slots && !self.has_room(task_bytes)) {
                return;
            }
            let is_declined = self.is_to_decline(computation, assignment);
            let room = if is_declined { Room::Never } else { self.make_room(task_bytes) };
            match room {
                Room::Later => return,
                Room::Never if self.insisted.contains(&computation) => {
                    let message = self.why_there_is_no_room(task_bytes);
                    return self.report(Report::Failed { computation, task, message });
                }
                Room::Never => self.decline(computation, task.stage),
                Room::Now => {
                    if let Some((_, assignment)) = self.merges.pop_front().or_else(|| self.tasks.pop_front()) {
                        self.reserve(computation, task);
                        self.gather(computation, assignment);
                    }
                }
            }
        }
    }

    /// Whether a task would leave a result that takes the room of tasks to come: one of any stage that may run while the
    /// result is kept.
    fn is_to_decline(&self, computation: ComputationId, assignment: &Assignment) -> bool {
        let found = self.computations.get(&computation).map(|found| found.stage(assignment.task.stage));
        let Some(stage) = found.filter(|stage| stage.is_kept() && !self.insisted.contains(&computation)) else {
            return false;
        };
        let freed_bytes: u64 = match stage.work {
            StageWork::Merge(_) => {
                assignment.inputs.iter().map(|input| self.residency.own_bytes_of(input.result)).sum()
            }
            _ => 0,
        };
        let scratch_bytes = self.info.scratch.limit_bytes.saturating_sub(stage.result_bytes);
        let kept_bytes = self.residency.own_bytes() + self.promised_bytes;
        let more_bytes = stage.result_bytes.saturating_sub(freed_bytes);
        more_bytes > 0 && kept_bytes + more_bytes + stage.reserve_bytes > self.info.budget_bytes + scratch_bytes
    }

    /// Gives back all tasks of a stage that aren't admitted, for workers that have room for them.
    fn decline(&mut self, computation: ComputationId, stage: StageId) {
        let is_of_stage =
            |(of, assignment): &(ComputationId, Assignment)| (*of, assignment.task.stage) == (computation, stage);
        let mut declined = Vec::new();
        for queue in [&mut self.merges, &mut self.tasks] {
            let (given, kept): (Vec<_>, Vec<_>) = std::mem::take(queue).into_iter().partition(is_of_stage);
            *queue = kept.into();
            declined.extend(given.into_iter().map(|(_, assignment)| assignment.task));
        }
        self.report(Report::Declined { computation, tasks: declined });
    }

    pub(super) fn task_bytes(&self, computation: ComputationId, task: TaskId) -> u64 {
        self.computations.get(&computation).map_or(0, |found| found.stage(task.stage).task_bytes)
    }

    /// Bytes of the result that a task leaves here.
    fn result_bytes(&self, computation: ComputationId, task: TaskId) -> u64 {
        let stage = self.computations.get(&computation).map(|found| found.stage(task.stage));
        stage.filter(|stage| stage.is_kept()).map_or(0, |stage| stage.result_bytes)
    }

    fn reserve(&mut self, computation: ComputationId, task: TaskId) {
        self.reserved_bytes += self.task_bytes(computation, task);
        self.promised_bytes += self.result_bytes(computation, task);
    }

    pub(super) fn unreserve(&mut self, computation: ComputationId, task: TaskId) {
        self.reserved_bytes = self.reserved_bytes.saturating_sub(self.task_bytes(computation, task));
        self.promised_bytes = self.promised_bytes.saturating_sub(self.result_bytes(computation, task));
    }

    /// Hands tasks to the threads.
    fn start_ready(&mut self) {
        while let Some((ResultId { computation, task }, _)) = self.ready.front() {
            let ahead = self.pace.ahead(*computation, task.stage, self.info.threads);
            if self.running.len() >= self.task_slots() + ahead {
                return;
            }
            if let Some((id, admitted)) = self.ready.pop_front() {
                self.running.insert(id);
                self.note_start();
                let ResultId { computation, task } = id;
                self.actions.push_back(Action::Run { computation, task, inputs: admitted.inputs });
            }
        }
    }

    /// Tasks that may run now: one a core, and one for each that waits for files.
    pub(super) fn task_slots(&self) -> usize {
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
