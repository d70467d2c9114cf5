//! Gives the scheduler its transport and its clock, and runs computations to their end.

use super::RuntimeError;
use super::drain::{self, Times};
use super::interrupt;
use super::memory::peak_bytes;
use super::observers::Observers;
use super::persisted::Releaser;
use super::place::node;
use crate::array::WrittenChunk;
use crate::event::Event;
use crate::protocol::{Endpoint, Envelope, Message, Report, WorkerId, WorkerInfo};
use crate::scheduler::{Action, Failure, Scheduler};
use crate::store::retry_count;
use crate::task::{Computation, ComputationId, Resources, Skip, StageId, TaskId, TaskResult};
use crate::transport::{Transport, TransportError};
use crossbeam_channel::RecvTimeoutError;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often observers are offered what they had no room for.
const OBSERVER_INTERVAL: Duration = Duration::from_millis(100);
/// Longest wait for what leaving workers say of themselves.
const USAGE_TIME: Duration = Duration::from_secs(1);

/// Takes what a computation leaves with rank 0.
pub(super) trait Receive {
    /// A result for the script.
    fn collect(&mut self, task: TaskId, result: Arc<TaskResult>);

    /// Chunks of the target of a stage that are complete on the disk.
    ///
    /// # Errors
    /// Where they can't be recorded.
    fn written(&mut self, stage: StageId, chunks: Vec<WrittenChunk>) -> Result<(), RuntimeError>;

    /// Keeps what is here for later attempts of the run.
    fn checkpoint(&mut self) {}
}

/// Takes nothing.
pub(super) struct Nothing;

impl Receive for Nothing {
    fn collect(&mut self, _: TaskId, _: Arc<TaskResult>) {}

    fn written(&mut self, _: StageId, _: Vec<WrittenChunk>) -> Result<(), RuntimeError> {
        Ok(())
    }
}

/// What was done at what time of a computation.
struct Timer {
    last_checkpoint: Duration,
    drained: Option<Duration>,
    has_dropped: bool,
}

/// A scheduler and its workers.
pub(super) struct Job {
    scheduler: Scheduler,
    transport: Arc<dyn Transport>,
    observers: Observers,
    clock: Instant,
    times: Times,
    /// Bytes that rank 0 may use.
    memory_bytes: u64,
    /// The worker's thread, in one process.
    worker_thread: Option<JoinHandle<()>>,
    is_finished: bool,
}

impl Job {
    /// Waits until `worker_count` workers are there.
    ///
    /// # Errors
    /// [`RuntimeError::WorkerStart`] where one of them can't work.
    pub(super) fn start(
        transport: Arc<dyn Transport>,
        observers: Observers,
        worker_thread: Option<JoinHandle<()>>,
        worker_count: usize,
        memory_bytes: u64,
    ) -> Result<Job, RuntimeError> {
        let scheduler = Scheduler::new();
        let clock = Instant::now();
        let times = Times::default();
        let mut job =
            Job { scheduler, transport, observers, clock, times, memory_bytes, worker_thread, is_finished: false };
        let stall = job.times.stall;
        let _countdown =
            interrupt::count_down(stall, "some ranks haven't said that they are there", job.transport.clone())?;
        let mut lost = Vec::new();
        // All are heard before any is sent home: one that comes later would wait for orders for ever.
        while job.scheduler.workers().count() + lost.len() < worker_count {
            match job.transport.incoming().recv() {
                Ok(Envelope { from: Endpoint::Worker(worker), message: Message::Report(Report::Lost { reason }) }) => {
                    lost.push(RuntimeError::WorkerStart { worker, reason });
                }
                Ok(envelope) => job.handle(envelope),
                Err(_) => return Err(closed()),
            }
        }
        match lost.into_iter().next() {
            Some(error) => {
                job.finish(1);
                Err(error)
            }
            None => Ok(job),
        }
    }

    /// The workers there are.
    pub(super) fn workers(&self) -> Vec<(WorkerId, WorkerInfo)> {
        self.scheduler.workers().map(|(id, info)| (id, info.clone())).collect()
    }

    /// Bytes that tasks may take on every worker.
    pub(super) fn budget_bytes(&self) -> u64 {
        self.scheduler.workers().map(|(_, info)| info.budget_bytes).min().unwrap_or(0)
    }

    /// What tasks may take on all workers, beside persisted results.
    pub(super) fn resources(&self) -> Resources {
        self.scheduler.resources()
    }

    /// Runs a computation, but for the tasks that need not run, to its end; what it leaves here goes to `receiver` as it
    /// comes.
    ///
    /// # Errors
    /// [`RuntimeError::Failed`] with the first failure, once every worker has stopped.
    pub(super) fn run(
        &mut self,
        computation: Arc<Computation>,
        skip: &Skip,
        receiver: &mut dyn Receive,
    ) -> Result<(), RuntimeError> {
        if self.is_finished {
            return Err(RuntimeError::Finished);
        }
        if drain::is_requested() {
            return Err(Failure::Drained.into());
        }
        self.scheduler.submit(self.clock.elapsed(), computation, skip);
        let mut timer = Timer { last_checkpoint: self.clock.elapsed(), drained: None, has_dropped: false };
        loop {
            self.keep_time(&mut timer, receiver);
            self.watch();
            if let Some(outcome) = self.act(receiver) {
                return Ok(outcome?);
            }
            match self.transport.incoming().recv_timeout(OBSERVER_INTERVAL) {
                Ok(envelope) => self.handle(envelope),
                Err(RecvTimeoutError::Timeout) => self.observers.flush(),
                Err(RecvTimeoutError::Disconnected) => return Err(closed()),
            }
        }
    }

    /// Does what is due: stops in good order, drops what takes too long then, has checkpoints written.
    fn keep_time(&mut self, timer: &mut Timer, receiver: &mut dyn Receive) {
        let now = self.clock.elapsed();
        match timer.drained {
            None if drain::is_requested() => {
                timer.drained = Some(now);
                self.scheduler.drain(now);
                self.observers.tell(Event::Draining);
            }
            Some(drained) if !timer.has_dropped && now >= drained + self.times.patience() => {
                timer.has_dropped = true;
                self.scheduler.drop_running();
            }
            None if now >= timer.last_checkpoint + self.times.checkpoint => {
                timer.last_checkpoint = now;
                self.scheduler.checkpoint();
                receiver.checkpoint();
            }
            _ => {}
        }
    }

    /// Gives the run up where it has stalled.
    fn watch(&mut self) {
        // What is at hand is heard before it is missed.
        if self.transport.incoming().is_empty()
            && let Some(state) = self.scheduler.look(self.clock.elapsed(), self.times.stall)
        {
            let seconds = self.times.stall.as_secs();
            let line = format!("swath: for {seconds} s nothing has happened and no task has run; given up\n{state}");
            interrupt::leave_stalled(&line, self.transport.clone());
        }
    }

    /// From now on, times are kept.
    ///
    /// # Errors
    /// Where no thread can be started to watch the deadline.
    pub(super) fn set_times(&mut self, times: Times) -> Result<(), RuntimeError> {
        self.times = times;
        times.watch()
    }

    /// Something that drops kept results without the job.
    pub(super) fn releaser(&self) -> Releaser {
        let workers = self.scheduler.workers().map(|(id, _)| id).collect();
        Releaser::new(self.transport.clone(), workers)
    }

    /// Drops the kept results of a stage.
    pub(super) fn release(&mut self, computation: ComputationId, stage: StageId) {
        if !self.is_finished {
            self.scheduler.release_persisted(computation, stage);
            self.act(&mut Nothing);
        }
    }

    /// Sends the workers home with an exit code, and waits until they have heard.
    pub(super) fn finish(&mut self, exit_code: i32) {
        if std::mem::replace(&mut self.is_finished, true) {
            return;
        }
        self.scheduler.shut_down(exit_code);
        self.act(&mut Nothing);
        self.hear_usage();
        self.observers.finish();
        if let Some(thread) = self.worker_thread.take() {
            // A panic of the worker was reported as its loss.
            let _ = thread.join();
        }
        // Without a countdown, a rank that hangs is waited for: better than not to end in order.
        let what = "some ranks haven't left";
        let _countdown = interrupt::count_down(self.times.stall, what, self.transport.clone()).ok();
        self.transport.close();
    }

    /// Waits for what leaving workers say of themselves, and tells it.
    fn hear_usage(&mut self) {
        let deadline = Instant::now() + USAGE_TIME;
        let mut missing = self.scheduler.workers().count();
        while missing > 0
            && let Ok(envelope) = self.transport.incoming().recv_deadline(deadline)
        {
            missing -= usize::from(matches!(envelope.message, Message::Report(Report::Usage(_))));
            self.handle(envelope);
        }
        if self.worker_thread.is_none() {
            self.observers.tell(Event::RankUsed {
                worker: None,
                node: node(),
                moved_bytes: 0,
                spilled_bytes: 0,
                peak_bytes: peak_bytes(),
                memory_bytes: self.memory_bytes,
                retry_count: retry_count(),
            });
        }
        self.act(&mut Nothing);
    }

    /// Ends every rank at once.
    pub(super) fn abort(&self, exit_code: i32) -> ! {
        self.transport.abort(exit_code)
    }

    /// Whether [`Job::finish`] was called.
    pub(super) fn is_finished(&self) -> bool {
        self.is_finished
    }

    fn handle(&mut self, envelope: Envelope) {
        if let (Endpoint::Worker(worker), Message::Report(report)) = (envelope.from, envelope.message) {
            self.scheduler.handle_report(self.clock.elapsed(), worker, report);
        }
    }

    /// Does what the scheduler wants; gives the outcome of a computation that is over.
    fn act(&mut self, receiver: &mut dyn Receive) -> Option<Result<(), Failure>> {
        let mut finished = None;
        while let Some(action) = self.scheduler.poll_action() {
            match action {
                Action::Send { to, order } => {
                    if self.transport.send(Endpoint::Worker(to), Message::Order(order)).is_err() {
                        let lost = Report::Lost { reason: "it can't be reached".to_owned() };
                        self.scheduler.handle_report(self.clock.elapsed(), to, lost);
                    }
                }
                Action::Emit(event) => self.observers.tell(event),
                Action::Collect { task, result } => receiver.collect(task, result),
                Action::Written { stage, chunks } => {
                    if let Err(error) = receiver.written(stage, chunks) {
                        let message = error.to_string();
                        self.scheduler.give_up(self.clock.elapsed(), Failure::Journal { message });
                    }
                }
                Action::Finish { outcome, .. } => finished = Some(outcome),
            }
        }
        finished
    }
}

fn closed() -> RuntimeError {
    RuntimeError::Transport(TransportError::Closed { to: Endpoint::Scheduler })
}
