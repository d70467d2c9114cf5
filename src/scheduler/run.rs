//! One computation under way: stages open, completions come in, results are released. `hand_out` gives out its tasks.

use super::stage::{Persisted, StageProgress, locate, merge_source, reads};
use super::{Action, Failure, Scheduler};
use crate::event::Event;
use crate::protocol::{Order, StageDone, WorkerId};
use crate::task::{Computation, ComputationId, Skip, StageId, StageOutput, TaskId};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// A computation under way.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) computation: Arc<Computation>,
    pub(super) skip: Skip,
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
    /// Whether a worker has declined tasks, since they were last told to take what fits.
    pub(super) has_declined: bool,
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
            has_declined: false,
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

    pub(super) fn stage(&mut self, id: StageId) -> &mut StageProgress {
        &mut self.stages[id.0 as usize]
    }

    /// Tasks that no worker has.
    pub(super) fn available(&self) -> u64 {
        self.available_but(&BTreeSet::new())
    }

    /// The same of all stages but some.
    pub(super) fn available_but(&self, declined: &BTreeSet<StageId>) -> u64 {
        let stages =
            (0..).map(StageId).zip(&self.stages).filter(|(id, stage)| stage.is_open() && !declined.contains(id));
        stages.map(|(_, stage)| stage.unassigned.count()).sum()
    }
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
                None if std::mem::take(&mut run.has_news) => {
                    self.look_at_full();
                    return self.fill(now);
                }
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
        let mut is_released = false;
        for source in &computation.stage(id).after {
            run.stage(*source).readers_left -= 1;
            if run.stage(*source).readers_left == 0 && computation.stage(*source).output == StageOutput::Keep {
                let (computation, stage) = (computation.id, *source);
                for worker in self.crew.keys() {
                    let order = Order::ReleaseStage { computation, stage };
                    self.actions.push_back(Action::Send { to: *worker, order });
                }
                run.has_news |= run.has_declined;
                is_released |= run.has_declined;
            }
        }
        if is_released {
            let workers: Vec<WorkerId> = self.crew.keys().copied().collect();
            workers.into_iter().for_each(|worker| self.offer_again(worker));
        }
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
