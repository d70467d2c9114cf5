//! The scheduler: which worker runs which task when. A state machine: reports and a time in, actions out.
//!
//! It holds counters and bits for each stage, not an object for each task, so that ten million tasks cost a few bytes
//! each. A stage opens when the stages it reads are complete; a merge task runs as soon as its own inputs are there, so
//! that few partial results are outstanding. Neighbouring tasks go to one worker, in batches ahead of need; at the end,
//! workers with tasks to spare give them back for idle ones. It computes nothing and knows no clock, thread or file;
//! `runtime` gives it those, `worker` is its counterpart.

mod bits;
mod crew;
mod declined;
mod hand_out;
mod run;
mod stage;
mod unassigned;
mod watch;

use crate::array::WrittenChunk;
use crate::event::Event;
use crate::protocol::{Order, Report, Usage, WorkerId, WorkerInfo};
use crate::task::{Computation, ComputationId, Resources, ResultId, Skip, StageId, TaskId, TaskResult};
use crew::{Donors, Member, Waiting};
use run::Run;
use stage::Persisted;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use watch::Watch;

/// Why a computation came to no results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A task failed.
    #[error("{message}")]
    Task {
        /// The task.
        task: TaskId,
        /// The worker that ran it.
        worker: WorkerId,
        /// What went wrong.
        message: String,
    },
    /// A worker went away while it had tasks or results.
    #[error("{worker} was lost: {reason}")]
    WorkerLost {
        /// The worker.
        worker: WorkerId,
        /// How it went.
        reason: String,
    },
    /// It was asked to stop.
    #[error("stopped before it was done")]
    Drained,
    /// What is done can't be recorded.
    #[error("{message}")]
    Journal {
        /// What went wrong.
        message: String,
    },
    /// A task reads a result that no worker keeps.
    #[error("persisted chunk {index} of computation {} is no longer with any worker", computation.0)]
    ResultLost {
        /// The computation that made it.
        computation: ComputationId,
        /// Its index in its stage.
        index: u64,
    },
}

/// What the scheduler wants done.
#[derive(Debug)]
pub enum Action {
    /// Send an order to a worker.
    Send {
        /// The worker.
        to: WorkerId,
        /// The order.
        order: Order,
    },
    /// Tell observers.
    Emit(Event),
    /// Hand a result to the script.
    Collect {
        /// The task that made it.
        task: TaskId,
        /// The result.
        result: Arc<TaskResult>,
    },
    /// Take note of chunks that are complete on the disk.
    Written {
        /// The stage whose tasks wrote them.
        stage: StageId,
        /// The chunks, of that stage's target.
        chunks: Vec<WrittenChunk>,
    },
    /// A computation is over; every worker has stopped working on it.
    Finish {
        /// The computation.
        computation: ComputationId,
        /// Whether all its tasks are done.
        outcome: Result<(), Failure>,
    },
}

/// Assigns tasks to workers, one computation at a time.
#[derive(Debug, Default)]
pub struct Scheduler {
    crew: BTreeMap<WorkerId, Member>,
    /// Workers that could do with tasks.
    waiting: Waiting,
    /// Workers that could do with tasks, and have declined all that there are.
    full: BTreeSet<WorkerId>,
    /// Workers that may have tasks to spare.
    donors: Donors,
    /// Results that workers can drop, not told yet.
    releases: BTreeMap<WorkerId, Vec<ResultId>>,
    persisted: Persisted,
    run: Option<Run>,
    watch: Watch,
    actions: VecDeque<Action>,
}

impl Scheduler {
    /// A scheduler without workers.
    pub fn new() -> Scheduler {
        Scheduler::default()
    }

    /// The next thing to do, `None` where nothing is to be done before the next report.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// The workers there are.
    pub fn workers(&self) -> impl Iterator<Item = (WorkerId, &WorkerInfo)> {
        self.crew.iter().map(|(id, member)| (*id, &member.info))
    }

    /// What the next computation may take on the workers, beside the results that they keep of earlier ones. Those are
    /// counted in scratch first, where they go when memory is wanted.
    pub fn resources(&self) -> Resources {
        let mut kept: BTreeMap<WorkerId, (u64, u64)> = BTreeMap::new();
        self.persisted.values().for_each(|locations| locations.add_bytes(&mut kept));
        let worker_count = self.crew.len() as u64;
        let none = Resources { task_slots: 0, worker_count, ..Resources::from(0) };
        let mut resources = Resources { budget_bytes: u64::MAX, ..none };
        for (worker, Member { info, .. }) in &self.crew {
            let (kept_bytes, largest_bytes) = kept.get(worker).copied().unwrap_or_default();
            let scratch_bytes = info.scratch.limit_bytes;
            let spilled_bytes = kept_bytes.min(scratch_bytes.saturating_sub(largest_bytes));
            let budget_bytes = info.budget_bytes.saturating_sub(kept_bytes - spilled_bytes);
            resources.budget_bytes = resources.budget_bytes.min(budget_bytes);
            resources.cluster_bytes += budget_bytes;
            resources.task_slots += info.threads as u64;
            resources.scratch_bytes += scratch_bytes - spilled_bytes;
        }
        resources
    }

    /// Whether no computation is under way and nothing of earlier ones is kept.
    pub fn is_at_rest(&self) -> bool {
        self.run.is_none() && self.persisted.is_empty() && self.actions.is_empty() && self.releases.is_empty()
    }

    /// Starts a computation, of which some tasks need not run.
    ///
    /// # Panics
    /// Where another computation isn't over.
    pub fn submit(&mut self, now: Duration, computation: Arc<Computation>, skip: &Skip) {
        assert!(self.run.is_none(), "computations run one after the other");
        self.waiting.clear();
        self.full.clear();
        self.donors.clear();
        for (worker, member) in &mut self.crew {
            member.reset(now);
            self.waiting.insert(*worker, member);
            self.actions.push_back(Action::Send { to: *worker, order: Order::Begin(computation.clone()) });
        }
        self.actions.push_back(Action::Emit(Event::started(&computation, self.crew.len())));
        self.watch = Watch::default();
        self.run = Some(Run::new(computation, skip, &self.persisted, self.crew.len(), now));
        self.note_skipped();
        self.advance(now);
        self.flush_releases(now);
    }

    /// Gives the computation up: what its workers do can't be kept.
    pub fn give_up(&mut self, now: Duration, failure: Failure) {
        self.fail(now, failure);
    }

    /// Takes note of what a worker reports.
    pub fn handle_report(&mut self, now: Duration, worker: WorkerId, report: Report) {
        let current = self.run.as_ref().map(|run| run.computation.id);
        if !matches!(report, Report::State(_) | Report::GivenBack { .. } | Report::Declined { .. }) {
            self.watch.note_progress();
        }
        match report {
            Report::State(state) => self.watch.note_state(worker, *state),
            Report::Joined(info) => self.join(now, worker, info),
            Report::Lost { reason } => self.lose(now, worker, reason),
            Report::Done { computation, stages, collected } if Some(computation) == current => {
                for (task, result) in collected {
                    self.actions.push_back(Action::Collect { task, result });
                }
                let count = stages.iter().map(|done| done.indices.len() as u64).sum();
                if let Some(member) = self.crew.get_mut(&worker) {
                    member.note_done(now, count);
                }
                for done in stages {
                    self.note_done(worker, done);
                }
                self.advance(now);
                self.refill(now, worker);
                self.insist_where_nothing_goes_on(now);
            }
            Report::Declined { computation, tasks } if Some(computation) == current => {
                self.note_declined(now, worker, &tasks);
            }
            Report::GivenBack { computation, tasks } if Some(computation) == current => {
                self.put_back(now, worker, &tasks);
            }
            Report::Failed { computation, task, message } if Some(computation) == current => {
                self.fail(now, Failure::Task { task, worker, message });
            }
            Report::Cancelled(computation) if Some(computation) == current => self.note_cancelled(now, worker),
            Report::Usage(usage) => self.note_usage(worker, usage),
            // Of a computation that is over.
            Report::Done { .. }
            | Report::GivenBack { .. }
            | Report::Declined { .. }
            | Report::Failed { .. }
            | Report::Cancelled(_) => {}
        }
        self.flush_releases(now);
    }

    /// Has the computation stop in good order: no task starts, those that run may end, what they leave is kept.
    pub fn drain(&mut self, now: Duration) {
        self.stop(now, Failure::Drained, Order::Drain);
        self.flush_releases(now);
    }

    /// Has a computation that is stopping drop the tasks that still run.
    pub fn drop_running(&mut self) {
        let Some(run) = &self.run else { return };
        for worker in run.awaited() {
            let order = Order::Cancel(run.computation.id);
            self.actions.push_back(Action::Send { to: worker, order });
        }
    }

    /// Has workers keep the states of unfinished reductions.
    pub fn checkpoint(&mut self) {
        let Some(run) = self.run.as_ref().filter(|run| !run.is_failed()) else { return };
        for worker in self.crew.keys() {
            let order = Order::Checkpoint(run.computation.id);
            self.actions.push_back(Action::Send { to: *worker, order });
        }
    }

    /// Drops the kept results of a stage: the script doesn't need them any more.
    pub fn release_persisted(&mut self, computation: ComputationId, stage: StageId) {
        if self.persisted.remove(&(computation, stage)).is_some() {
            for worker in self.crew.keys() {
                self.actions.push_back(Action::Send { to: *worker, order: Order::ReleaseStage { computation, stage } });
            }
        }
    }

    /// Tells what a worker that leaves has used.
    fn note_usage(&mut self, worker: WorkerId, usage: Usage) {
        let Some(Member { info, .. }) = self.crew.get(&worker) else { return };
        let (node, memory_bytes) = (info.node.clone(), info.memory_bytes);
        let Usage { moved_bytes, spilled_bytes, peak_bytes, retry_count } = usage;
        let worker = Some(worker.0);
        self.actions.push_back(Action::Emit(Event::RankUsed {
            worker,
            node,
            moved_bytes,
            spilled_bytes,
            peak_bytes,
            memory_bytes,
            retry_count,
        }));
    }

    /// Sends the workers home.
    pub fn shut_down(&mut self, exit_code: i32) {
        for worker in self.crew.keys() {
            self.actions.push_back(Action::Send { to: *worker, order: Order::Shutdown { exit_code } });
        }
    }

    fn join(&mut self, now: Duration, worker: WorkerId, info: WorkerInfo) {
        let member = Member::new(info, now);
        self.waiting.insert(worker, &member);
        self.crew.insert(worker, member);
        if let Some(run) = &mut self.run {
            let order = Order::Begin(run.computation.clone());
            self.actions.push_back(Action::Send { to: worker, order });
            if run.is_failed() {
                run.await_cancellation(worker);
                let order = Order::Cancel(run.computation.id);
                self.actions.push_back(Action::Send { to: worker, order });
            }
            self.fill(now);
        }
    }

    fn lose(&mut self, now: Duration, worker: WorkerId, reason: String) {
        if self.crew.remove(&worker).is_none() {
            return;
        }
        self.waiting.remove(worker);
        self.full.remove(&worker);
        if self.run.is_some() {
            self.fail(now, Failure::WorkerLost { worker, reason });
            self.note_cancelled(now, worker);
        }
    }

    /// Tells workers which results they can drop; what they had no room for is theirs again then.
    fn flush_releases(&mut self, now: Duration) {
        for (to, results) in std::mem::take(&mut self.releases) {
            let Some(member) = self.crew.get(&to) else { continue };
            let has_declined = !member.declined.is_empty();
            self.actions.push_back(Action::Send { to, order: Order::Release(results) });
            if has_declined {
                self.offer_again(to);
                self.fill(now);
            }
        }
    }
}
