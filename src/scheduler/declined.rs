//! Tasks that workers decline, since what they would leave takes the room of tasks to come: they go to others, and come
//! back when results are released. Where nobody takes them and nothing else goes on, workers are told to take what fits.

use super::run::Run;
use super::{Action, Scheduler};
use crate::protocol::{Order, WorkerId};
use crate::task::TaskId;
use std::time::Duration;

impl Scheduler {
    /// Takes back tasks for which a worker has no room.
    pub(super) fn note_declined(&mut self, now: Duration, worker: WorkerId, tasks: &[TaskId]) {
        let (Some(run), Some(member)) = (&mut self.run, self.crew.get_mut(&worker)) else { return };
        member.held = member.held.saturating_sub(tasks.len() as u64);
        run.has_declined = true;
        for task in tasks {
            member.declined.insert(task.stage);
            run.put_back(*task);
        }
        self.donors.note(&self.crew, worker);
        self.fill(now);
        self.refill(now, worker);
        self.insist_where_nothing_goes_on(now);
    }

    /// A worker will have more room: it may take again what it has declined.
    pub(super) fn offer_again(&mut self, worker: WorkerId) {
        if let Some(member) = self.crew.get_mut(&worker) {
            member.declined.clear();
            if self.full.remove(&worker) {
                self.waiting.insert(worker, member);
            }
        }
    }

    /// Workers for which there was nothing but what they had declined are looked at again.
    pub(super) fn look_at_full(&mut self) {
        for worker in std::mem::take(&mut self.full) {
            if let Some(member) = self.crew.get(&worker) {
                self.waiting.insert(worker, member);
            }
        }
    }

    /// Has workers take what they have declined, where no other does and nothing that could make room is under way.
    pub(super) fn insist_where_nothing_goes_on(&mut self, now: Duration) {
        let Some(run) = &mut self.run else { return };
        let is_idle = || self.crew.values().all(|member| member.held == 0);
        if !run.has_declined || run.is_failed() || run.available() == 0 || self.crew.is_empty() || !is_idle() {
            return;
        }
        run.has_declined = false;
        let computation = run.computation.id;
        let workers: Vec<WorkerId> = self.crew.keys().copied().collect();
        for to in workers {
            self.actions.push_back(Action::Send { to, order: Order::Insist(computation) });
            self.offer_again(to);
        }
        self.fill(now);
    }
}

impl Run {
    /// Has a task that a worker hasn't started go to any.
    pub(super) fn put_back(&mut self, task: TaskId) {
        self.stages[task.stage.0 as usize].unassigned.put_back(task.index);
    }
}
