//! Gives the scheduler its transport and its clock, and runs computations to their end.

use super::RuntimeError;
use super::observers::Observers;
use crate::protocol::{Endpoint, Envelope, Message, Report, WorkerId, WorkerInfo};
use crate::scheduler::{Action, Failure, Scheduler};
use crate::task::{Computation, ComputationId, StageId, TaskId, TaskResult};
use crate::transport::{Transport, TransportError};
use crossbeam_channel::RecvTimeoutError;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often observers are offered what they had no room for.
const OBSERVER_INTERVAL: Duration = Duration::from_millis(100);

/// A scheduler and its workers.
pub(super) struct Job {
    scheduler: Scheduler,
    transport: Arc<dyn Transport>,
    observers: Observers,
    clock: Instant,
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
    ) -> Result<Job, RuntimeError> {
        let scheduler = Scheduler::new();
        let clock = Instant::now();
        let mut job = Job { scheduler, transport, observers, clock, worker_thread, is_finished: false };
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

    /// Runs a computation to its end; results for the script go to `collect` as they come.
    ///
    /// # Errors
    /// [`RuntimeError::Failed`] with the first failure, once every worker has stopped.
    pub(super) fn run(
        &mut self,
        computation: Arc<Computation>,
        collect: &mut dyn FnMut(TaskId, Arc<TaskResult>),
    ) -> Result<(), RuntimeError> {
        if self.is_finished {
            return Err(RuntimeError::Finished);
        }
        self.scheduler.submit(self.clock.elapsed(), computation);
        loop {
            if let Some(outcome) = self.act(collect) {
                return Ok(outcome?);
            }
            match self.transport.incoming().recv_timeout(OBSERVER_INTERVAL) {
                Ok(envelope) => self.handle(envelope),
                Err(RecvTimeoutError::Timeout) => self.observers.flush(),
                Err(RecvTimeoutError::Disconnected) => return Err(closed()),
            }
        }
    }

    /// Drops the kept results of a stage.
    pub(super) fn release(&mut self, computation: ComputationId, stage: StageId) {
        if !self.is_finished {
            self.scheduler.release_persisted(computation, stage);
            self.act(&mut |_, _| {});
        }
    }

    /// Sends the workers home with an exit code, and waits until they have heard.
    pub(super) fn finish(&mut self, exit_code: i32) {
        if std::mem::replace(&mut self.is_finished, true) {
            return;
        }
        self.scheduler.shut_down(exit_code);
        self.act(&mut |_, _| {});
        self.observers.finish();
        if let Some(thread) = self.worker_thread.take() {
            // A panic of the worker was reported as its loss.
            let _ = thread.join();
        }
        self.transport.close();
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
    fn act(&mut self, collect: &mut dyn FnMut(TaskId, Arc<TaskResult>)) -> Option<Result<(), Failure>> {
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
                Action::Collect { task, result } => collect(task, result),
                Action::Finish { outcome, .. } => finished = Some(outcome),
            }
        }
        finished
    }
}

fn closed() -> RuntimeError {
    RuntimeError::Transport(TransportError::Closed { to: Endpoint::Scheduler })
}
