//! A worker: which of its tasks run now, and which results it holds. A state machine: messages, completions and a time
//! in, actions out.
//!
//! Tasks are admitted while they fit the budget beside the results in memory, merges first; those whose results would
//! leave no room for the tasks to come are declined. Short ones are handed to the threads ahead of need; inputs that peers
//! keep are fetched while earlier tasks run. It runs nothing itself and knows no clock, thread or file: `runtime` does, with
//! `execute`. Its counterpart is `scheduler`.

mod action;
mod backlog;
mod inputs;
mod pace;
mod residency;
mod room;
mod savings;
mod state;
mod stop;

pub use action::{Action, Completion, Withdrawn};

use crate::protocol::{Assignment, Endpoint, Exchange, Message, Order, Report, Usage, WorkerInfo};
use crate::task::{Computation, ComputationId, ResultId, ResultPart, StageOutput, StageWork, TaskId, TaskInputs};
use backlog::Backlog;
use pace::Pace;
use residency::Residency;
use savings::Savings;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// A task that is admitted and waits for inputs or a thread.
#[derive(Debug)]
struct Admitted {
    inputs: TaskInputs,
    missing: usize,
}

/// A worker's queue, admission and memory.
#[derive(Debug)]
pub struct Worker {
    info: WorkerInfo,
    computations: BTreeMap<ComputationId, Arc<Computation>>,
    merges: VecDeque<(ComputationId, Assignment)>,
    tasks: VecDeque<(ComputationId, Assignment)>,
    /// Tasks by the name of their result: some of their inputs are on the way.
    fetching: BTreeMap<ResultId, Admitted>,
    /// Parts of results on the way, with the tasks that wait for them.
    awaited: BTreeMap<ResultPart, Vec<ResultId>>,
    /// Parts that peers asked for and that scratch holds: those being read, with who waits for them, and the others.
    served: BTreeMap<ResultPart, Vec<Endpoint>>,
    unserved: VecDeque<(ResultPart, Endpoint)>,
    ready: VecDeque<(ResultId, Admitted)>,
    /// Tasks that threads run, or are going to: as many more as last a moment.
    running: BTreeSet<ResultId>,
    pace: Pace,
    /// Another worker is idle: tasks are given back for it, of this computation, when those that no thread has started are
    /// back.
    asked_back: Option<ComputationId>,
    /// Running tasks that wait for files, as far as others may run meanwhile.
    at_files: usize,
    /// Bytes promised to tasks that are admitted.
    reserved_bytes: u64,
    /// Of these, bytes of the results that will be kept here.
    promised_bytes: u64,
    /// Computations of which no other worker has room for what this one declines.
    insisted: BTreeSet<ComputationId>,
    residency: Residency,
    /// Bytes that went to scratch, and that came from peers, since the start.
    spilled_bytes: u64,
    moved_bytes: u64,
    /// Most memory that the process has taken, as far as it is known.
    peak_bytes: u64,
    /// How often the process has read or written something again, as far as it is known.
    retry_count: u64,
    backlog: Backlog,
    /// Computations that failed while tasks of theirs ran here.
    cancelled: BTreeSet<ComputationId>,
    /// Computations that stop in good order.
    draining: BTreeSet<ComputationId>,
    savings: Savings,
    /// Parts that are being read from scratch.
    loading_count: u64,
    /// Whether it has said that it rests, and not yet that it doesn't any more.
    has_said_rest: bool,
    actions: VecDeque<Action>,
}

impl Worker {
    /// A worker that has nothing to do yet; it introduces itself to the scheduler.
    pub fn new(info: WorkerInfo) -> Worker {
        let hello = Message::Report(Report::Joined(info.clone()));
        Worker {
            info,
            computations: BTreeMap::new(),
            merges: VecDeque::new(),
            tasks: VecDeque::new(),
            fetching: BTreeMap::new(),
            awaited: BTreeMap::new(),
            served: BTreeMap::new(),
            unserved: VecDeque::new(),
            ready: VecDeque::new(),
            running: BTreeSet::new(),
            pace: Pace::default(),
            asked_back: None,
            at_files: 0,
            reserved_bytes: 0,
            promised_bytes: 0,
            insisted: BTreeSet::new(),
            residency: Residency::default(),
            spilled_bytes: 0,
            moved_bytes: 0,
            peak_bytes: 0,
            retry_count: 0,
            backlog: Backlog::default(),
            cancelled: BTreeSet::new(),
            draining: BTreeSet::new(),
            savings: Savings::default(),
            loading_count: 0,
            has_said_rest: false,
            actions: VecDeque::from([Action::Send { to: Endpoint::Scheduler, message: hello }]),
        }
    }

    /// The next thing to do, `None` where nothing is to be done before the next message or completion.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// Bytes promised to tasks, and of the results in memory.
    pub fn committed_bytes(&self) -> u64 {
        self.reserved_bytes + self.residency.bytes()
    }

    /// Whether it holds nothing, nor anything is under way: what remains after a computation is no residue.
    pub fn is_at_rest(&self) -> bool {
        let has_tasks =
            [self.merges.len(), self.tasks.len(), self.fetching.len(), self.ready.len(), self.running.len()];
        let exchanges = [self.awaited.len(), self.served.len(), self.unserved.len(), self.actions.len()];
        let computations = [self.computations.len(), self.cancelled.len(), self.draining.len(), self.insisted.len()];
        let is_empty = |lengths: &[usize]| lengths.iter().all(|&length| length == 0);
        let is_told = self.backlog.deadline().is_none() && self.savings.are_none();
        is_empty(&has_tasks)
            && is_empty(&exchanges)
            && is_empty(&computations)
            && is_told
            && (self.reserved_bytes, self.promised_bytes, self.loading_count) == (0, 0, 0)
            && (self.pace.is_empty(), self.asked_back) == (true, None)
            && self.residency.is_empty()
    }

    /// Takes note of the most memory that the process has taken so far, and how often it has tried something again.
    pub fn note_process(&mut self, peak_bytes: u64, retry_count: u64) {
        self.peak_bytes = self.peak_bytes.max(peak_bytes);
        self.retry_count = retry_count;
    }

    /// Whether tasks run.
    pub fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// Takes note of a message.
    pub fn handle_message(&mut self, from: Endpoint, message: Message) {
        match (message, from) {
            (Message::Order(order), _) => self.handle_order(order),
            (Message::Exchange(Exchange::Fetch(parts)), peer) => self.answer_fetch(peer, parts),
            (Message::Exchange(Exchange::Data(parts)), _) => {
                parts.into_iter().for_each(|(part, value)| self.receive(part, value));
            }
            (Message::Exchange(Exchange::Missing(part)), peer) => self.note_missing(&part, peer),
            // Reports are for the scheduler.
            (Message::Report(_), _) => {}
        }
        self.discard_released();
        self.admit();
    }

    /// Takes note of the end of a task.
    pub fn handle_completion(
        &mut self,
        now: Duration,
        computation: ComputationId,
        task: TaskId,
        outcome: Result<Completion, String>,
    ) {
        let id = ResultId { computation, task };
        if !self.running.remove(&id) {
            return;
        }
        self.unreserve(computation, task);
        if let Ok(completion) = &outcome {
            self.pace.note(id, completion.took);
        }
        if self.cancelled.contains(&computation) {
            // What it has written is there, whatever becomes of the computation.
            if let Some(completion) = outcome.ok().filter(|completion| !completion.written.is_empty()) {
                self.backlog.add(now, computation, task, completion.read_bytes, completion.written);
            }
            self.acknowledge_stop(computation);
        } else {
            match outcome {
                Ok(completion) => self.note_done(now, id, completion),
                Err(message) => self.report(Report::Failed { computation, task, message }),
            }
            if self.draining.contains(&computation) {
                self.save(computation);
                self.acknowledge_stop(computation);
            }
        }
        self.discard_released();
        self.admit();
    }

    /// Takes note that results were written for later attempts of the run, or can't be.
    pub fn handle_saved(&mut self, computation: ComputationId, count: usize) {
        self.savings.note_saved(count);
        if self.draining.contains(&computation) {
            self.acknowledge_stop(computation);
            self.discard_released();
        }
    }

    /// Reports completions that are due; to be called when nothing else is at hand.
    pub fn flush(&mut self, now: Duration) {
        let tasks_left =
            self.merges.len() + self.tasks.len() + self.fetching.len() + self.ready.len() + self.running.len();
        if let Some(report) = self.backlog.take_due(now, tasks_left) {
            self.report(report);
        }
    }

    /// When [`Worker::flush`] must be called at the latest.
    pub fn flush_deadline(&self) -> Option<Duration> {
        self.backlog.deadline()
    }

    fn report(&mut self, report: Report) {
        self.actions.push_back(Action::Send { to: Endpoint::Scheduler, message: Message::Report(report) });
    }

    fn handle_order(&mut self, order: Order) {
        match order {
            Order::Begin(computation) => {
                self.computations.insert(computation.id, computation.clone());
                self.actions.push_back(Action::Prepare(computation));
            }
            Order::Assign { computation, tasks } => self.enqueue(computation, tasks),
            Order::GiveBack { computation } if self.tasks.is_empty() && self.running.len() > self.task_slots() => {
                self.asked_back = Some(computation);
                self.withdraw();
            }
            Order::GiveBack { computation } => self.give_back(computation),
            Order::Insist(computation) => drop(self.insisted.insert(computation)),
            Order::Release(results) => results.into_iter().for_each(|result| self.residency.release(result)),
            Order::ReleaseStage { computation, stage } => self.residency.release_stage(computation, stage),
            Order::End(computation) => self.end(computation),
            Order::Cancel(computation) => self.cancel(computation),
            Order::Drain(computation) => self.drain(computation),
            Order::Checkpoint(computation) => self.save(computation),
            Order::Describe => self.describe(),
            Order::Shutdown { exit_code } => {
                let (moved_bytes, spilled_bytes) = (self.moved_bytes, self.spilled_bytes);
                let (peak_bytes, retry_count) = (self.peak_bytes, self.retry_count);
                let usage = Usage { moved_bytes, spilled_bytes, peak_bytes, retry_count };
                self.report(Report::Usage(usage));
                self.actions.push_back(Action::Exit { exit_code });
            }
        }
    }

    fn enqueue(&mut self, id: ComputationId, tasks: Vec<Assignment>) {
        let Some(computation) = self.computations.get(&id) else { return };
        for assignment in tasks {
            let is_merge = matches!(computation.stage(assignment.task.stage).work, StageWork::Merge(_));
            let queue = if is_merge { &mut self.merges } else { &mut self.tasks };
            queue.push_back((id, assignment));
        }
    }

    fn note_done(&mut self, now: Duration, id: ResultId, completion: Completion) {
        let ResultId { computation, task } = id;
        let Some(stage) = self.computations.get(&computation).map(|found| found.stage(task.stage)) else { return };
        match (&stage.output, completion.result.map(Arc::new)) {
            (StageOutput::Keep | StageOutput::Persist { .. }, Some(result)) => self.residency.keep(id, result),
            (StageOutput::Collect { .. }, Some(result)) => self.backlog.add_collected(task, result),
            (StageOutput::Write { .. } | StageOutput::Discard, _) => {}
            (_, None) => {
                let message = format!("{} gave no result for task {}", stage.name, task.index);
                return self.report(Report::Failed { computation, task, message });
            }
        }
        if matches!(stage.work, StageWork::Merge(_))
            && let Some(found) = self.computations.get(&computation)
        {
            // Each is merged once. The scheduler will say so too, for those that are elsewhere.
            found.inputs_of(task).into_iter().for_each(|input| self.residency.release(input));
        }
        self.backlog.add(now, computation, task, completion.read_bytes, completion.written);
    }

    fn end(&mut self, id: ComputationId) {
        let Some(computation) = self.computations.remove(&id) else { return };
        let is_persisted = |stage: &_| matches!(computation.stage(*stage).output, StageOutput::Persist { .. });
        let persisted: Vec<_> = computation.stage_ids().filter(is_persisted).collect();
        self.savings.forget(id);
        self.insisted.remove(&id);
        self.pace.forget(id);
        self.residency.release_computation(id, &persisted);
        self.actions.push_back(Action::Forget(id));
    }
}
