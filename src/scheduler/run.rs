//! One computation under way: stages open, tasks go out, completions come in, results are released.

use super::stage::{Persisted, StageProgress, locate, merge_source, reads};
use super::{Action, Failure, Scheduler};
use crate::event::Event;
use crate::protocol::{Assignment, InputLocation, Order, StageDone, WorkerId};
use crate::task::{Computation, ComputationId, ResultId, Skip, StageId, StageOutput, TaskId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// A computation under way.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) computation: Arc<Computation>,
    skip: Skip,
    pub(super) stages: Vec<StageProgress>,
    incomplete_stages: usize,
    pub(super) started: Duration,
    read_bytes: u64,
    written_bytes: u64,
    pub(super) failure: Option<Failure>,
    /// Workers that still have to say that they have stopped.
    pub(super) awaited: BTreeSet<WorkerId>,
    /// Stages to look at: they may be ready to open, or complete.
    changed: Vec<StageId>,
    /// Whether tasks became available that any worker may take.
    has_news: bool,
}

impl Run {
    pub(super) fn new(
        computation: Arc<Computation>,
        skip: &Skip,
        persisted: &Persisted,
        worker_count: usize,
        now: Duration,
    ) -> Run {
        let stages: Vec<StageProgress> = computation
            .stage_ids()
            .map(|id| StageProgress::new(&computation, id, skip, persisted, worker_count))
            .collect();
        Run {
            incomplete_stages: stages.len(),
            stages,
            started: now,
            read_bytes: 0,
            written_bytes: 0,
            failure: None,
            awaited: BTreeSet::new(),
            changed: computation.stage_ids().collect::<Vec<_>>().into_iter().rev().collect(),
            has_news: true,
            skip: skip.clone(),
            computation,
        }
    }

    pub(super) fn is_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Workers that haven't stopped yet.
    pub(super) fn awaited(&self) -> impl Iterator<Item = WorkerId> + '_ {
        self.awaited.iter().copied()
    }

    pub(super) fn await_cancellation(&mut self, worker: WorkerId) {
        self.awaited.insert(worker);
    }

    fn stage(&mut self, id: StageId) -> &mut StageProgress {
        &mut self.stages[id.0 as usize]
    }

    /// Tasks that could go to any worker.
    fn available(&self) -> u64 {
        self.stages.iter().filter(|stage| stage.is_open()).map(|stage| stage.unassigned.count()).sum()
    }

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

    /// Takes up to `limit` tasks for a worker, of the earliest open stages.
    fn take(&mut self, persisted: &Persisted, worker: WorkerId, limit: u64) -> Result<Vec<Assignment>, Failure> {
        let mut taken = Vec::new();
        for position in 0..self.stages.len() {
            let id = StageId(position as u16);
            while self.stages[position].is_open() && (taken.len() as u64) < limit {
                let wanted = limit - taken.len() as u64;
                let mut unassigned = std::mem::take(&mut self.stages[position].unassigned);
                let prefer = |index| self.preference(persisted, TaskId { stage: id, index });
                let has_preference = !self.stages[position].near.is_empty();
                let range = unassigned.take(worker, wanted, has_preference.then_some(&prefer));
                self.stages[position].unassigned = unassigned;
                for index in range.into_iter().flatten() {
                    let task = TaskId { stage: id, index };
                    let reads = self.stages[position].reads_results;
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
    /// Takes note of tasks of one stage that a worker has done.
    pub(super) fn note_done(&mut self, worker: WorkerId, done: StageDone) {
        let Some(run) = &mut self.run else { return };
        let mut ready = Vec::new();
        let mut count = 0;
        for &index in &done.indices {
            if !run.stage(done.stage).note_done(index, worker) {
                continue;
            }
            count += 1;
            let task = TaskId { stage: done.stage, index };
            if merge_source(&run.computation.stage(done.stage).work).is_some() {
                for result in run.computation.inputs_of(task) {
                    if let Some(keeper) = locate(run.computation.id, &run.stages, &self.persisted, result) {
                        self.releases.entry(keeper).or_default().push(result);
                    }
                }
            }
            if run.stages[done.stage.0 as usize].is_merged
                && let Some(merge) = run.computation.merged_by(task)
                && run.stage(merge.stage).note_input(merge.index)
            {
                ready.push(merge);
            }
        }
        run.read_bytes += done.read_bytes;
        let written_bytes = done.written_bytes();
        run.written_bytes += written_bytes;
        run.changed.push(done.stage);
        let (computation, read_bytes) = (run.computation.id, done.read_bytes);
        let event = Event::TasksDone { computation, stage: done.stage, count, read_bytes, written_bytes };
        self.actions.push_back(Action::Emit(event));
        if !done.written.is_empty() {
            self.actions.push_back(Action::Written { stage: done.stage, chunks: done.written });
        }
        if !run.is_failed() {
            run.changed.extend(ready.iter().map(|merge| merge.stage));
            self.assign_merges(&ready);
        }
    }

    /// Sends merge tasks to the workers that keep most of their inputs, whatever else those have to do.
    fn assign_merges(&mut self, merges: &[TaskId]) {
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

    /// Tells of tasks that need not run, and opens stages of merges that can start at once.
    pub(super) fn note_skipped(&mut self) {
        let Some(run) = &mut self.run else { return };
        let computation = run.computation.id;
        for (id, progress) in run.computation.stage_ids().zip(&mut run.stages) {
            let count = run.skip.count(id);
            if count > 0 {
                let event = Event::TasksDone { computation, stage: id, count, read_bytes: 0, written_bytes: 0 };
                self.actions.push_back(Action::Emit(event));
            }
            if merge_source(&run.computation.stage(id).work).is_some() && progress.unassigned.count() > 0 {
                progress.is_started = true;
                self.actions.push_back(Action::Emit(Event::StageStarted { computation, stage: id }));
            }
        }
    }

    /// Opens stages that can start, closes those that are complete, and hands out what became available.
    pub(super) fn advance(&mut self, now: Duration) {
        loop {
            let Some(run) = &mut self.run else { return };
            if run.is_failed() {
                return;
            }
            if run.incomplete_stages == 0 {
                return self.succeed(now);
            }
            match run.changed.pop() {
                Some(id) => self.open_or_close(now, id),
                None if std::mem::take(&mut run.has_news) => return self.fill(now),
                None => return,
            }
        }
    }

    fn open_or_close(&mut self, now: Duration, id: StageId) {
        let Some(run) = &mut self.run else { return };
        let computation = run.computation.id;
        let is_merge = merge_source(&run.computation.stage(id).work).is_some();
        let stage = run.stage(id);
        if !stage.is_started && !is_merge && stage.waiting_for == 0 {
            stage.is_started = true;
            run.has_news = true;
            self.actions.push_back(Action::Emit(Event::StageStarted { computation, stage: id }));
            self.crew.values_mut().for_each(|member| member.forget_speed(now));
        }
        let stage = run.stage(id);
        if stage.is_complete() && !stage.is_closed && (stage.is_started || is_merge) {
            stage.is_closed = true;
            self.close(id);
        }
    }

    /// A stage is complete: its readers may start, and what it read may be dropped.
    fn close(&mut self, id: StageId) {
        let Some(run) = &mut self.run else { return };
        let computation = run.computation.clone();
        run.incomplete_stages -= 1;
        self.actions.push_back(Action::Emit(Event::StageFinished { computation: computation.id, stage: id }));
        for reader in computation.stage_ids().filter(|reader| reads(computation.stage(*reader), id)) {
            run.stage(reader).waiting_for -= 1;
            run.changed.push(reader);
        }
        if merge_source(&computation.stage(id).work).is_some() {
            return;
        }
        for source in &computation.stage(id).after {
            run.stage(*source).readers_left -= 1;
            if run.stage(*source).readers_left == 0 && computation.stage(*source).output == StageOutput::Keep {
                let (computation, stage) = (computation.id, *source);
                for worker in self.crew.keys() {
                    let order = Order::ReleaseStage { computation, stage };
                    self.actions.push_back(Action::Send { to: *worker, order });
                }
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
        let available = run.available();
        if available == 0 {
            self.waiting.insert(worker, member);
            if member.is_idle() {
                self.ask_back(worker);
            }
            return;
        }
        // The fewer tasks are left, the smaller the batches, so that workers end together.
        let share = available.div_ceil(2 * worker_count).max(member.threads().saturating_sub(member.held));
        match run.take(&self.persisted, worker, member.room().min(share)) {
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
        for task in tasks {
            run.stage(task.stage).unassigned.put_back(task.index);
        }
        self.donors.note(&self.crew, worker);
        self.fill(now);
    }

    /// Has every worker stop; the first failure is the one that counts.
    pub(super) fn fail(&mut self, now: Duration, failure: Failure) {
        self.stop(now, failure, Order::Cancel);
    }

    /// Has every worker stop as ordered.
    pub(super) fn stop(&mut self, now: Duration, failure: Failure, order: fn(ComputationId) -> Order) {
        let Some(run) = &mut self.run else { return };
        if run.is_failed() {
            return;
        }
        run.failure = Some(failure);
        run.awaited = self.crew.keys().copied().collect();
        for worker in self.crew.keys() {
            self.actions.push_back(Action::Send { to: *worker, order: order(run.computation.id) });
        }
        self.conclude(now);
    }

    /// A worker has stopped working on the failed computation.
    pub(super) fn note_cancelled(&mut self, now: Duration, worker: WorkerId) {
        if let Some(run) = &mut self.run {
            run.awaited.remove(&worker);
        }
        self.conclude(now);
    }

    /// Ends a failed computation when every worker has stopped.
    fn conclude(&mut self, now: Duration) {
        if !self.run.as_ref().is_some_and(|run| run.is_failed() && run.awaited.is_empty()) {
            return;
        }
        if let Some(Run { computation, failure: Some(failure), started, .. }) = self.run.take() {
            let (computation, wall) = (computation.id, now.saturating_sub(started));
            let message = failure.to_string();
            self.actions.push_back(Action::Emit(Event::ComputationFailed { computation, wall, message }));
            self.actions.push_back(Action::Finish { computation, outcome: Err(failure) });
        }
    }

    /// Ends a computation whose stages are all complete.
    fn succeed(&mut self, now: Duration) {
        let Some(run) = self.run.take() else { return };
        let computation = run.computation.id;
        for (id, stage) in run.computation.stage_ids().zip(run.stages) {
            if let (StageOutput::Persist { .. }, Some(locations)) = (&run.computation.stage(id).output, stage.locations)
            {
                self.persisted.insert((computation, id), locations);
            }
        }
        for worker in self.crew.keys() {
            self.actions.push_back(Action::Send { to: *worker, order: Order::End(computation) });
        }
        let (read_bytes, written_bytes) = (run.read_bytes, run.written_bytes);
        let wall = now.saturating_sub(run.started);
        let event = Event::ComputationFinished { computation, wall, read_bytes, written_bytes };
        self.actions.push_back(Action::Emit(event));
        self.actions.push_back(Action::Finish { computation, outcome: Ok(()) });
    }
}
