//! Gives a worker its threads, its transport and its clock.

use super::allocator;
use super::cores::{Cores, LOOK_INTERVAL};
use super::memory::peak_bytes;
use super::partials;
use super::place::here;
use super::scratch::{ScratchDone, ScratchOrder, ScratchThread};
use crate::execute::{ExecuteError, Executor, TaskInputs, TaskOutcome};
use crate::protocol::{Envelope, Message, Order};
use crate::store::retry_count;
use crate::task::{ComputationId, ResultPart, TaskId, TaskResult};
use crate::transport::Transport;
use crate::worker::{Action, Completion, Worker};
use crossbeam_channel::{Receiver, Sender, select, unbounded};
use rayon::ThreadPool;
use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Exit code of a worker whose scheduler is gone without a word.
const ABANDONED: i32 = 1;
/// Longest sleep while nothing is due.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// The end of a task, from the thread that ran it.
struct Finished {
    computation: ComputationId,
    task: TaskId,
    outcome: Result<Completion, String>,
}

/// What comes from the threads.
enum Ended {
    /// A task.
    Task(Finished),
    /// The writing of results for later attempts.
    Saving { computation: ComputationId, count: usize },
}

/// A worker at work.
struct Server<'a> {
    worker: Worker,
    transport: &'a dyn Transport,
    pool: &'a ThreadPool,
    cores: Arc<Cores>,
    last_look: Duration,
    scratch: ScratchThread,
    prepared: BTreeMap<ComputationId, Arc<Executor>>,
    /// This rank and its node, for errors.
    place: Arc<str>,
    finished: Sender<Ended>,
    completions: Receiver<Ended>,
    clock: Instant,
}

/// Threads for tasks, more than there are cores for them where some may wait for files.
pub(super) struct Threads {
    /// The threads.
    pub(super) pool: ThreadPool,
    /// The cores.
    pub(super) cores: Arc<Cores>,
}

/// Works until the scheduler says that the run is over; gives the exit code for this rank.
/// Results that memory doesn't hold go to files in `scratch`, which are gone in the end.
pub(super) fn serve(worker: Worker, transport: &dyn Transport, threads: &Threads, scratch: Option<PathBuf>) -> i32 {
    let (finished, completions) = unbounded();
    let clock = Instant::now();
    let scratch = ScratchThread::new(scratch);
    let (prepared, place) = (BTreeMap::new(), here().into());
    let (pool, cores, last_look) = (&threads.pool, threads.cores.clone(), Duration::ZERO);
    Server { worker, transport, pool, cores, last_look, scratch, prepared, place, finished, completions, clock }.run()
}

impl Server<'_> {
    fn run(&mut self) -> i32 {
        loop {
            if let Some(exit_code) = self.act() {
                return exit_code;
            }
            let now = self.clock.elapsed();
            let wait = self.worker.flush_deadline().map_or(LONGEST_WAIT, |deadline| deadline.saturating_sub(now));
            let wait = if self.worker.is_running() { wait.min(LOOK_INTERVAL) } else { wait };
            select! {
                recv(self.transport.incoming()) -> envelope => match envelope {
                    Ok(envelope) => self.hear(envelope),
                    Err(_) => return ABANDONED,
                },
                recv(self.scratch.done()) -> done => match done {
                    Ok(done) => self.note_scratch(done),
                    Err(_) => return ABANDONED,
                },
                recv(self.completions) -> finished => {
                    self.note(finished.expect("this server holds a sender of the channel itself"));
                }
                default(wait) => {}
            }
            // All that is at hand, so that completions go to the scheduler together.
            while let Ok(envelope) = self.transport.incoming().try_recv() {
                self.hear(envelope);
            }
            while let Ok(finished) = self.completions.try_recv() {
                self.note(finished);
            }
            let now = self.clock.elapsed();
            if now >= self.last_look + LOOK_INTERVAL {
                self.last_look = now;
                self.worker.note_at_files(self.cores.look());
            }
            self.worker.flush(now);
        }
    }

    fn note(&mut self, ended: Ended) {
        match ended {
            Ended::Task(Finished { computation, task, outcome }) => {
                self.worker.handle_completion(self.clock.elapsed(), computation, task, outcome);
            }
            Ended::Saving { computation, count } => self.worker.handle_saved(computation, count),
        }
    }

    fn hear(&mut self, Envelope { from, message }: Envelope) {
        if matches!(message, Message::Order(Order::Shutdown { .. })) {
            self.worker.note_process(peak_bytes(), retry_count());
        }
        self.worker.handle_message(from, message);
    }

    fn note_scratch(&mut self, done: ScratchDone) {
        let placed = |message| format!("{message} ({})", self.place);
        match done {
            ScratchDone::Written { result, outcome } => self.worker.handle_spilled(result, outcome.map_err(placed)),
            ScratchDone::Read { part, outcome } => self.worker.handle_loaded(part, outcome.map_err(placed)),
        }
    }

    /// Has something done in scratch; where it can't be, the worker hears why.
    fn order_scratch(&mut self, order: ScratchOrder) {
        let failed = match &order {
            ScratchOrder::Write { result, .. } => Some((ResultPart { result: *result, region: None }, true)),
            ScratchOrder::Read(part) => Some((part.clone(), false)),
            ScratchOrder::Discard(_) => None,
        };
        if let (Err(error), Some((part, is_write))) = (self.scratch.order(order), failed) {
            let message = format!("can't start a thread for scratch: {error}");
            match is_write {
                true => self.worker.handle_spilled(part.result, Err(message)),
                false => self.worker.handle_loaded(part, Err(message)),
            }
        }
    }

    /// Does what the worker wants; gives the exit code where it wants to leave.
    fn act(&mut self) -> Option<i32> {
        while let Some(action) = self.worker.poll_action() {
            match action {
                Action::Prepare(computation) => {
                    self.prepared.insert(computation.id, Arc::new(Executor::telling(self.cores.clone(), computation)));
                }
                Action::Cancel(computation) => {
                    if let Some(executor) = self.prepared.get(&computation) {
                        executor.cancel();
                    }
                }
                Action::Forget(computation) => drop(self.prepared.remove(&computation)),
                Action::Run { computation, task, inputs } => self.start(computation, task, inputs),
                Action::Save { computation, results } => self.save(computation, results),
                Action::Spill { result, value, pieces } => {
                    self.order_scratch(ScratchOrder::Write { result, value, pieces });
                }
                Action::Load(part) => self.order_scratch(ScratchOrder::Read(part)),
                Action::Discard(result) => self.order_scratch(ScratchOrder::Discard(result)),
                Action::Send { to, message } => {
                    if self.transport.send(to, message).is_err() {
                        return Some(ABANDONED);
                    }
                }
                Action::Exit { exit_code } => return Some(exit_code),
            }
        }
        None
    }

    fn start(&self, computation: ComputationId, task: TaskId, inputs: TaskInputs) {
        let Some(executor) = self.prepared.get(&computation).cloned() else { return };
        let (finished, place, cores) = (self.finished.clone(), self.place.clone(), self.cores.clone());
        self.pool.spawn(move || {
            allocator::give_back_large_where_tight();
            let run = || match partials::load(executor.computation(), task) {
                Some(result) => Ok(TaskOutcome { result: Some(result), bytes_read: 0, written: Vec::new() }),
                None => executor.run(task, &inputs),
            };
            let outcome = cores.with_one(|| catch_unwind(AssertUnwindSafe(run)));
            let outcome = match outcome {
                Ok(Ok(outcome)) => {
                    Ok(Completion { result: outcome.result, read_bytes: outcome.bytes_read, written: outcome.written })
                }
                Ok(Err(error)) if error.is_io() => Err(format!("{} ({place})", chain(&error))),
                Ok(Err(error)) => Err(chain(&error)),
                Err(panic) => Err(format!("internal error in a task: {}", panic_message(&*panic))),
            };
            // Inputs are given up before the worker counts them as free.
            drop((inputs, executor));
            // The worker is gone only where the rank is leaving.
            let _ = finished.send(Ended::Task(Finished { computation, task, outcome }));
        });
    }

    /// Writes results for later attempts of the run, beside the tasks.
    fn save(&self, id: ComputationId, results: Vec<(TaskId, Arc<TaskResult>)>) {
        let Some(computation) = self.prepared.get(&id).map(|executor| executor.computation().clone()) else {
            return;
        };
        let finished = self.finished.clone();
        self.pool.spawn(move || {
            let count = results.len();
            partials::save(&computation, results);
            let _ = finished.send(Ended::Saving { computation: id, count });
        });
    }
}

/// An error and its causes, where it doesn't name them itself.
fn chain(error: &ExecuteError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let message = next.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        cause = next.source();
    }
    text
}

/// What a panic says.
pub(super) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown panic")
}
