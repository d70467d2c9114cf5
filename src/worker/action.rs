//! What a worker wants done, and what it hears of that.

use crate::array::{ChunkGrid, WrittenChunk};
use crate::protocol::{Endpoint, Message};
use crate::task::{Computation, ComputationId, ResultId, ResultPart, TaskId, TaskInputs, TaskResult};
use std::sync::Arc;
use std::time::Duration;

/// What a worker wants done.
#[derive(Debug)]
pub enum Action {
    /// Get ready to run tasks of a computation.
    Prepare(Arc<Computation>),
    /// Tasks of this computation that run now should stop soon.
    Cancel(ComputationId),
    /// No more tasks of this computation will come.
    Forget(ComputationId),
    /// Run a task on one of the threads, after those that were to run before. Short tasks come ahead of need.
    Run {
        /// Its computation.
        computation: ComputationId,
        /// The task.
        task: TaskId,
        /// The results that it reads.
        inputs: TaskInputs,
    },
    /// Give back the tasks that no thread has started, by [`Worker::handle_withdrawn`](super::Worker::handle_withdrawn).
    Withdraw,
    /// Write results of reducing tasks to where the computation keeps them for later attempts of the run, and say so by
    /// [`Worker::handle_saved`](super::Worker::handle_saved).
    Save {
        /// The computation.
        computation: ComputationId,
        /// The results.
        results: Vec<(TaskId, Arc<TaskResult>)>,
    },
    /// Write a result to scratch, a chunk in these pieces where they are given. Scratch orders are carried out in order.
    Spill {
        /// The result.
        result: ResultId,
        /// Its value.
        value: Arc<TaskResult>,
        /// Regions in which it is going to be read.
        pieces: Option<ChunkGrid>,
    },
    /// Read a result, or a part of it, from scratch.
    Load(ResultPart),
    /// Remove a result from scratch.
    Discard(ResultId),
    /// Send a message.
    Send {
        /// To whom.
        to: Endpoint,
        /// The message.
        message: Message,
    },
    /// Leave.
    Exit {
        /// The exit code for this rank.
        exit_code: i32,
    },
}

/// What a task has done.
#[derive(Debug)]
pub struct Completion {
    /// Its result, unless it wrote that to a store.
    pub result: Option<TaskResult>,
    /// Bytes that it read from stores, as stored.
    pub read_bytes: u64,
    /// Chunks that it wrote to stores.
    pub written: Vec<WrittenChunk>,
    /// Time that it took.
    pub took: Duration,
}

/// A task that was to run and that no thread has started.
#[derive(Debug)]
pub struct Withdrawn {
    /// Its computation.
    pub computation: ComputationId,
    /// The task.
    pub task: TaskId,
    /// The results that it reads.
    pub inputs: TaskInputs,
}
