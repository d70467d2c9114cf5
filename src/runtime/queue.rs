//! The tasks of a rank that were handed to its threads: those take one after the other, and tell of their ends together
//! where tasks are short.
//!
//! A thread of the pool is woken where fewer than may are at it; it goes on as long as there are tasks. So a short task costs
//! a lock and no wake-up, and one that takes its time keeps none of the others from running elsewhere.

use super::allocator;
use super::cores::Cores;
use super::partials;
use super::serve::panic_message;
use crate::execute::{ExecuteError, Executor, TaskOutcome};
use crate::task::{ComputationId, TaskId};
use crate::worker::{Completion, Withdrawn};
use crossbeam_channel::Sender;
use rayon::ThreadPool;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Longest time that the end of a task waits for the next one's.
const TELL_INTERVAL: Duration = Duration::from_micros(300);

/// A task for a thread.
pub(super) struct Handed {
    /// Its executor.
    pub(super) executor: Arc<Executor>,
    /// The task, and what it reads.
    pub(super) task: Withdrawn,
}

/// The end of a task, from the thread that ran it.
pub(super) struct Finished {
    /// Its computation.
    pub(super) computation: ComputationId,
    /// The task.
    pub(super) task: TaskId,
    /// What it has done, or why it failed.
    pub(super) outcome: Result<Completion, String>,
}

/// Tasks that no thread has taken, and the threads that take them.
pub(super) struct TaskQueue {
    state: Mutex<State>,
    cores: Arc<Cores>,
    /// This rank and its node, for errors.
    place: Arc<str>,
}

#[derive(Default)]
struct State {
    tasks: VecDeque<Handed>,
    /// Threads that are at it.
    takers: usize,
    /// As many may be.
    most_takers: usize,
}

impl TaskQueue {
    /// An empty queue for tasks that run on these cores.
    pub(super) fn new(cores: Arc<Cores>, place: Arc<str>) -> TaskQueue {
        TaskQueue { state: Mutex::default(), cores, place }
    }

    /// From now on, so many threads may be at it: one a core, and one for each task that waits for a file.
    pub(super) fn allow(&self, most_takers: usize) {
        self.lock().most_takers = most_takers;
    }

    /// Adds tasks; threads of the pool send their ends to `finished`.
    pub(super) fn add(self: &Arc<Self>, tasks: Vec<Handed>, pool: &ThreadPool, finished: &Sender<Vec<Finished>>) {
        let mut state = self.lock();
        state.tasks.extend(tasks);
        let more = state.most_takers.saturating_sub(state.takers).min(state.tasks.len());
        state.takers += more;
        drop(state);
        for _ in 0..more {
            let (queue, finished) = (self.clone(), finished.clone());
            pool.spawn(move || queue.work(&finished));
        }
    }

    /// Takes back the tasks that no thread has taken.
    pub(super) fn withdraw(&self) -> Vec<Withdrawn> {
        self.lock().tasks.drain(..).map(|handed| handed.task).collect()
    }

    /// Runs tasks as long as there are any.
    fn work(&self, finished: &Sender<Vec<Finished>>) {
        let mut ended = Vec::new();
        let mut told = Instant::now();
        while let Some(task) = self.take() {
            let start = Instant::now();
            ended.push(self.run(task, start));
            let is_last = self.lock().tasks.is_empty();
            if is_last || told.elapsed() >= TELL_INTERVAL {
                // The worker is gone only where the rank is leaving.
                let _ = finished.send(std::mem::take(&mut ended));
                told = Instant::now();
            }
        }
        if !ended.is_empty() {
            let _ = finished.send(ended);
        }
    }

    /// The next task; `None` where this thread is to leave.
    fn take(&self) -> Option<Handed> {
        let mut state = self.lock();
        let task = if state.takers > state.most_takers { None } else { state.tasks.pop_front() };
        if task.is_none() {
            state.takers -= 1;
        }
        task
    }

    fn run(&self, Handed { executor, task }: Handed, start: Instant) -> Finished {
        let Withdrawn { computation, task, inputs } = task;
        allocator::make_room(executor.computation().stage(task.stage).task_bytes);
        let run = || match partials::load(executor.computation(), task) {
            Some(result) => Ok(TaskOutcome { result: Some(result), bytes_read: 0, written: Vec::new() }),
            None => executor.run(task, &inputs),
        };
        let outcome = match self.cores.with_one(|| catch_unwind(AssertUnwindSafe(run))) {
            Ok(Ok(TaskOutcome { result, bytes_read, written })) => {
                Ok(Completion { result, read_bytes: bytes_read, written, took: start.elapsed() })
            }
            Ok(Err(error)) if error.is_io() => Err(format!("{} ({})", chain(&error), self.place)),
            Ok(Err(error)) => Err(chain(&error)),
            Err(panic) => Err(format!("internal error in a task: {}", panic_message(&*panic))),
        };
        // Inputs are given up before the worker counts them as free.
        drop((inputs, executor));
        Finished { computation, task, outcome }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
