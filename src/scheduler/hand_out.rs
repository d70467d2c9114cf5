//! Which worker gets which tasks: those that keep what the tasks read, neighbours together, in batches ahead of need.

use super::run::Run;
use super::stage::{Persisted, locate};
use super::{Action, Failure, Scheduler};
use crate::event::Event;
use crate::protocol::{Assignment, InputLocation, Order, WorkerId};
use crate::task::{ResultId, StageId, TaskId};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

impl Run {
    /// The results that a task reads, with who keeps them.
    fn inputs(&self, persisted: &Persisted, task: TaskId) -> Result<Vec<InputLocation>, Failure> {
        let locate = |result: ResultId| {
            locate(self.computation.id, &self.stages, persisted, result)
                .map(|worker| InputLocation { result, worker })
                .ok_or(Failure::ResultLost { computation: result.computation, index: result.task.index })
        };
        let inputs = self.computation.inputs_of(task);
        let is_skipped =
            |result: &ResultId| result.computation == self.computation.id && self.skip.contains(result.task);
        // Inputs that nobody makes are those of a task whose result is loaded instead of computed.
        if inputs.iter().any(is_skipped) {
            return Ok(Vec::new());
        }
        inputs.into_iter().map(locate).collect()
    }

    /// The worker that keeps most of what a task reads, of the results worth being near to.
    fn preference(&self, persisted: &Persisted, task: TaskId) -> Option<WorkerId> {
        let near = &self.stages[task.stage.0 as usize].near;
        let inputs = self.computation.inputs_of(task).into_iter();
        let near = inputs.filter(|result| near.contains(&(result.computation, result.task.stage)));
        most_frequent(near.filter_map(|result| locate(self.computation.id, &self.stages, persisted, result)))
    }

    /// Takes up to `limit` tasks for a worker, of the earliest open stages that it hasn't declined.
    fn take(
        &mut self,
        persisted: &Persisted,
        worker: WorkerId,
        limit: u64,
        declined: &BTreeSet<StageId>,
    ) -> Result<Vec<Assignment>, Failure> {
        let mut taken = Vec::new();
        for position in 0..self.stages.len() {
            let id = StageId(position as u16);
            let is_declined = declined.contains(&id);
            while !is_declined && self.stages[position].is_open() && (taken.len() as u64) < limit {
                let wanted = limit - taken.len() as u64;
                let mut unassigned = std::mem::take(&mut self.stages[position].unassigned);
                let prefer = |index| self.preference(persisted, TaskId { stage: id, index });
                let has_preference = !self.stages[position].near.is_empty();
                let range = unassigned.take(worker, wanted, has_preference.then_some(&prefer));
                self.stages[position].unassigned = unassigned;
                for index in range.into_iter().flatten() {
                    let task = TaskId { stage: id, index };
                    let reads = self.stages[position].reads_results || self.stages[position].merges;
                    let inputs = if reads { self.inputs(persisted, task)? } else { Vec::new() };
                    taken.push(Assignment { task, inputs });
                }
            }
        }
        Ok(taken)
    }
}

/// The worker that is named most often; of equals, the lowest.
fn most_frequent(workers: impl Iterator<Item = WorkerId>) -> Option<WorkerId> {
    let mut counts = BTreeMap::new();
    for worker in workers {
        *counts.entry(worker).or_insert(0) += 1;
    }
    counts.into_iter().max_by_key(|&(worker, count)| (count, std::cmp::Reverse(worker))).map(|(worker, _)| worker)
}

impl Scheduler {
    /// Sends merge tasks to the workers that keep most of their inputs, whatever else those have to do.
    pub(super) fn assign_merges(&mut self, merges: &[TaskId]) {
        let Some(run) = &mut self.run else { return };
        let mut batches: BTreeMap<WorkerId, Vec<Assignment>> = BTreeMap::new();
        for &task in merges {
            let stage = run.stage(task.stage);
            if !std::mem::replace(&mut stage.is_started, true) {
                let (computation, stage) = (run.computation.id, task.stage);
                self.actions.push_back(Action::Emit(Event::StageStarted { computation, stage }));
            }
            let inputs: Vec<InputLocation> = run
                .computation
                .inputs_of(task)
                .into_iter()
                .filter_map(|result| {
                    let worker = locate(run.computation.id, &run.stages, &self.persisted, result)?;
                    Some(InputLocation { result, worker })
                })
                .collect();
            if let Some(worker) = most_frequent(inputs.iter().map(|input| input.worker)) {
                batches.entry(worker).or_default().push(Assignment { task, inputs });
            }
        }
        for (worker, tasks) in batches {
            let computation = run.computation.id;
            if let Some(member) = self.crew.get_mut(&worker) {
                member.held += tasks.len() as u64;
                self.donors.note(&self.crew, worker);
                self.actions.push_back(Action::Send { to: worker, order: Order::Assign { computation, tasks } });
            }
        }
    }

    /// Gives tasks to workers that could do with some, to the idlest first; where there are too few, asks another for some
    /// of its own.
    pub(super) fn fill(&mut self, now: Duration) {
        while self.run.as_ref().is_some_and(|run| !run.is_failed() && run.available() > 0)
            && let Some(worker) = self.waiting.first()
        {
            self.waiting.remove(worker);
            self.refill(now, worker);
        }
        if let Some(worker) = self.waiting.first() {
            self.refill(now, worker);
        }
    }

    /// Gives tasks to a worker that has room; where there are none, asks another for some of its own.
    pub(super) fn refill(&mut self, now: Duration, worker: WorkerId) {
        let worker_count = self.crew.len() as u64;
        let (Some(run), Some(member)) = (&mut self.run, self.crew.get_mut(&worker)) else { return };
        if run.is_failed() || member.room() == 0 {
            return;
        }
        let available = run.available_but(&member.declined);
        if available == 0 && !member.declined.is_empty() && run.available() > 0 {
            self.full.insert(worker);
            return;
        }
        if available == 0 {
            self.waiting.insert(worker, member);
            if member.is_idle() {
                self.ask_back(worker);
            }
            return;
        }
        // The fewer tasks are left, the smaller the batches, so that workers end together.
        let share = available.div_ceil(2 * worker_count).max(member.threads().saturating_sub(member.held));
        match run.take(&self.persisted, worker, member.room().min(share), &member.declined) {
            Ok(tasks) => {
                member.note_given(now, tasks.len() as u64);
                self.waiting.remove(worker);
                self.donors.note(&self.crew, worker);
                let order = Order::Assign { computation: run.computation.id, tasks };
                self.actions.push_back(Action::Send { to: worker, order });
            }
            Err(failure) => self.fail(now, failure),
        }
    }

    /// Asks the worker with the most tasks to give some back.
    fn ask_back(&mut self, idle: WorkerId) {
        let Some(run) = &self.run else { return };
        let computation = run.computation.id;
        if let Some(worker) = self.donors.take(&self.crew, idle)
            && let Some(member) = self.crew.get_mut(&worker)
        {
            member.asked_back = true;
            self.actions.push_back(Action::Send { to: worker, order: Order::GiveBack { computation } });
        }
    }

    /// Takes back tasks that a worker hasn't started.
    pub(super) fn put_back(&mut self, now: Duration, worker: WorkerId, tasks: &[TaskId]) {
        let (Some(run), Some(member)) = (&mut self.run, self.crew.get_mut(&worker)) else { return };
        member.asked_back = false;
        member.gave_nothing = tasks.is_empty();
        member.held = member.held.saturating_sub(tasks.len() as u64);
        tasks.iter().for_each(|task| run.put_back(*task));
        self.donors.note(&self.crew, worker);
        self.fill(now);
    }
}
