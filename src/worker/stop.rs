//! How a computation ends before it is done: cancelled, or stopped in good order, with what reductions have so far kept.

use super::{Action, Admitted, Withdrawn, Worker};
use crate::protocol::Report;
use crate::task::{ComputationId, ResultId, StageWork, TaskId};

impl Worker {
    pub(super) fn cancel(&mut self, id: ComputationId) {
        if !self.computations.contains_key(&id) {
            // It has stopped already.
            return;
        }
        self.drop_waiting(id);
        self.residency.release_computation(id, &[]);
        self.withdraw();
        self.actions.push_back(Action::Cancel(id));
        self.draining.remove(&id);
        self.cancelled.insert(id);
        self.acknowledge_stop(id);
    }

    pub(super) fn drain(&mut self, id: ComputationId) {
        self.drop_waiting(id);
        self.withdraw();
        self.draining.insert(id);
        self.save(id);
        self.acknowledge_stop(id);
    }

    /// Has states of unfinished reductions written that haven't been.
    pub(super) fn save(&mut self, id: ComputationId) {
        let Some(computation) = self.computations.get(&id).filter(|found| found.partials.is_some()) else { return };
        let is_reduced = |task: TaskId| !matches!(computation.stage(task.stage).work, StageWork::Produce { .. });
        let kept = self.residency.of_computation(id).filter(|(task, _)| is_reduced(*task));
        let results = self.savings.take_unsaved(id, kept);
        if !results.is_empty() {
            self.actions.push_back(Action::Save { computation: id, results });
        }
        self.savings.add_spilled(self.residency.spilled_of(id).filter(|result| is_reduced(result.task)));
        self.read_to_save();
    }

    /// Forgets tasks that haven't started.
    pub(super) fn drop_waiting(&mut self, id: ComputationId) {
        self.merges.retain(|(computation, _)| *computation != id);
        self.tasks.retain(|(computation, _)| *computation != id);
        let fetching = std::mem::take(&mut self.fetching).into_keys();
        let ready = std::mem::take(&mut self.ready).into_iter().map(|(task, _)| task);
        let dropped: Vec<ResultId> = fetching.chain(ready).collect();
        for task in dropped {
            self.unreserve(task.computation, task.task);
        }
        self.awaited.clear();
        self.served.clear();
        self.unserved.clear();
    }

    /// Reports that a computation has stopped here, once its last task has and, in good order, everything is kept: after
    /// all that was done until then.
    pub(super) fn acknowledge_stop(&mut self, id: ComputationId) {
        let is_draining = self.draining.contains(&id);
        let is_saving = is_draining && self.savings.are_under_way();
        if is_saving || self.running.iter().any(|task| task.computation == id) {
            return;
        }
        if let Some(report) = self.backlog.take() {
            self.report(report);
        }
        self.residency.release_computation(id, &[]);
        self.savings.forget(id);
        self.draining.remove(&id);
        self.cancelled.remove(&id);
        self.insisted.remove(&id);
        self.pace.forget(id);
        self.computations.remove(&id);
        self.actions.push_back(Action::Forget(id));
        self.report(Report::Cancelled(id));
    }

    /// Asks for the tasks that no thread has started, where there may be any.
    pub(super) fn withdraw(&mut self) {
        if self.running.len() > self.task_slots() {
            self.actions.push_back(Action::Withdraw);
        }
    }

    /// Takes back tasks that no thread has started, as [`Action::Withdraw`] asks: they wait here, or are forgotten with
    /// their computation.
    pub fn handle_withdrawn(&mut self, tasks: Vec<Withdrawn>) {
        for Withdrawn { computation, task, inputs } in tasks.into_iter().rev() {
            let id = ResultId { computation, task };
            if !self.running.remove(&id) {
                continue;
            }
            if self.cancelled.contains(&computation) || self.draining.contains(&computation) {
                self.unreserve(computation, task);
            } else {
                self.ready.push_front((id, Admitted { inputs, missing: 0 }));
            }
        }
        if let Some(computation) = self.asked_back.take() {
            self.give_back(computation);
        }
        let stopping: Vec<ComputationId> = self.cancelled.iter().chain(&self.draining).copied().collect();
        stopping.into_iter().for_each(|id| self.acknowledge_stop(id));
        self.discard_released();
        self.admit();
    }

    /// Half of the tasks that haven't started, the last ones, go back to the scheduler.
    pub(super) fn give_back(&mut self, computation: ComputationId) {
        let count = (self.tasks.len() + self.ready.len()).div_ceil(2);
        let waiting = self.tasks.len().saturating_sub(count)..;
        let mut tasks: Vec<TaskId> = self.tasks.drain(waiting).map(|(_, assignment)| assignment.task).collect();
        // Merges stay where their inputs are.
        let is_merge = |id: &ResultId| {
            let found = self.computations.get(&id.computation);
            found.is_some_and(|found| matches!(found.stage(id.task.stage).work, StageWork::Merge(_)))
        };
        let (staying, mut ready): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.ready).into_iter().partition(|(id, _)| is_merge(id));
        let given = ready.split_off(ready.len() - (count - tasks.len()).min(ready.len()));
        self.ready = staying.into_iter().chain(ready).collect();
        for (id, _) in given {
            self.unreserve(id.computation, id.task);
            tasks.push(id.task);
        }
        self.report(Report::GivenBack { computation, tasks });
    }
}
