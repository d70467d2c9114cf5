//! Gives a worker its threads, its transport and its clock.

use super::cores::{Cores, LOOK_INTERVAL};
use super::memory::peak_bytes;
use super::partials;
use super::place::here;
use super::queue::{Finished, Handed, TaskQueue};
use super::scratch::{ScratchDone, ScratchOrder, ScratchThread};
use crate::execute::Executor;
use crate::protocol::{Envelope, Message, Order};
use crate::store::retry_count;
use crate::task::{ComputationId, ResultPart, TaskId, TaskResult};
use crate::transport::Transport;
use crate::worker::{Action, Withdrawn, Worker};
use crossbeam_channel::{Receiver, Sender, select, unbounded};
use rayon::ThreadPool;
use std::any::Any;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Exit code of a worker whose scheduler is gone without a word.
const ABANDONED: i32 = 1;
/// Longest sleep while nothing is due.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// Results were written for later attempts, as far as they can be.
struct Saved {
    computation: ComputationId,
    count: usize,
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
    /// Tasks that threads are to run, in the order in which they should.
    queue: Arc<TaskQueue>,
    /// Tasks that are about to be in it.
    handed: Vec<Handed>,
    finished: (Sender<Vec<Finished>>, Receiver<Vec<Finished>>),
    saved: (Sender<Saved>, Receiver<Saved>),
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
    let place: Arc<str> = here().into();
    let queue = Arc::new(TaskQueue::new(threads.cores.clone(), place.clone()));
    queue.allow(threads.cores.count());
    let mut server = Server {
        worker,
        transport,
        pool: &threads.pool,
        cores: threads.cores.clone(),
        last_look: Duration::ZERO,
        scratch: ScratchThread::new(scratch),
        prepared: BTreeMap::new(),
        place,
        queue,
        handed: Vec::new(),
        finished: unbounded(),
        saved: unbounded(),
        clock: Instant::now(),
    };
    server.run()
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
                recv(self.finished.1) -> finished => {
                    self.note(finished.expect("this server holds a sender of the channel itself"));
                }
                recv(self.saved.1) -> saved => {
                    self.note_saved(saved.expect("this server holds a sender of the channel itself"));
                }
                default(wait) => {}
            }
            // All that is at hand, so that completions go to the scheduler together.
            while let Ok(envelope) = self.transport.incoming().try_recv() {
                self.hear(envelope);
            }
            while let Ok(finished) = self.finished.1.try_recv() {
                self.note(finished);
            }
            let now = self.clock.elapsed();
            if now >= self.last_look + LOOK_INTERVAL {
                self.last_look = now;
                let at_files = self.cores.look();
                self.queue.allow(self.cores.count() + at_files);
                self.worker.note_at_files(at_files);
            }
            self.worker.flush(now);
        }
    }

    fn note(&mut self, finished: Vec<Finished>) {
        let now = self.clock.elapsed();
        for Finished { computation, task, outcome } in finished {
            self.worker.handle_completion(now, computation, task, outcome);
        }
    }

    fn note_saved(&mut self, Saved { computation, count }: Saved) {
        self.worker.handle_saved(computation, count);
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
                Action::Run { computation, task, inputs } => {
                    if let Some(executor) = self.prepared.get(&computation).cloned() {
                        self.handed.push(Handed { executor, task: Withdrawn { computation, task, inputs } });
                    }
                }
                Action::Withdraw => {
                    self.hand_out();
                    let withdrawn = self.queue.withdraw();
                    self.worker.handle_withdrawn(withdrawn);
                }
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
        self.hand_out();
        None
    }

    /// Has the threads run what they were handed.
    fn hand_out(&mut self) {
        if !self.handed.is_empty() {
            self.queue.add(std::mem::take(&mut self.handed), self.pool, &self.finished.0);
        }
    }

    /// Writes results for later attempts of the run, beside the tasks.
    fn save(&self, id: ComputationId, results: Vec<(TaskId, Arc<TaskResult>)>) {
        let Some(computation) = self.prepared.get(&id).map(|executor| executor.computation().clone()) else {
            return;
        };
        let saved = self.saved.0.clone();
        self.pool.spawn(move || {
            let count = results.len();
            partials::save(&computation, results);
            let _ = saved.send(Saved { computation: id, count });
        });
    }
}

/// What a panic says.
pub(super) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown panic")
}
