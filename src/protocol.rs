//! Messages between ranks: what the scheduler orders, what workers report, what workers exchange among themselves.
//!
//! A task is named by stage and index, a result by its task; neither carries code or a graph. Tasks and completions
//! travel in batches. How a message gets to the other side is `transport`'s part, what follows from it the scheduler's
//! and the worker's.

pub use crate::array::raw::{Lent, Segment};

use crate::array::{WrittenChunk, raw};
use crate::task::{Computation, ComputationId, ResultId, ResultPart, StageId, TaskId, TaskResult};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Number of a worker. It is not a rank: workers join and leave, ranks don't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WorkerId(pub u32);

impl fmt::Display for WorkerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "worker {}", self.0)
    }
}

/// Who sends or receives a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Endpoint {
    /// The scheduler, on rank 0.
    Scheduler,
    /// A worker.
    Worker(WorkerId),
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Scheduler => formatter.write_str("the scheduler"),
            Endpoint::Worker(worker) => worker.fmt(formatter),
        }
    }
}

/// What a worker has to offer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerInfo {
    /// Tasks that compute at one time.
    pub threads: usize,
    /// Tasks that wait for files beside them.
    pub io_threads: usize,
    /// Bytes that its tasks and the results it keeps may take.
    pub budget_bytes: u64,
    /// Bytes of memory that its process may take in all.
    pub memory_bytes: u64,
    /// Where results go that memory doesn't hold.
    pub scratch: ScratchInfo,
    /// Name of its node.
    pub node: String,
    /// Its process there.
    pub process: u32,
}

/// Where a worker's results go that its memory doesn't hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScratchInfo {
    /// The directory, or why there is none.
    pub place: String,
    /// Bytes that may lie there; 0 where there is none.
    pub limit_bytes: u64,
}

/// What a worker has used since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Bytes of values that came from peers.
    pub moved_bytes: u64,
    /// Bytes of values that went to scratch.
    pub spilled_bytes: u64,
    /// Most bytes of memory that its process took at one time; 0 where the system doesn't say.
    pub peak_bytes: u64,
    /// How often reading and writing stores was tried again.
    pub retry_count: u64,
}

/// What a worker has to do, and what it waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerState {
    /// Tasks that aren't admitted.
    pub waiting_count: u64,
    /// Bytes that the first of them takes.
    pub next_task_bytes: u64,
    /// Tasks that are admitted and wait for inputs.
    pub fetching_count: u64,
    /// Some of those inputs.
    pub awaited: Vec<ResultPart>,
    /// Number of those inputs.
    pub awaited_count: u64,
    /// Tasks that have their inputs and wait for a thread.
    pub ready_count: u64,
    /// Some of the tasks that run.
    pub running: Vec<ResultId>,
    /// Number of tasks that run.
    pub running_count: u64,
    /// Parts that are being read from scratch.
    pub scratch_count: u64,
    /// Bytes that are on their way to scratch.
    pub spilling_bytes: u64,
    /// Whether results are being written for later attempts of the run.
    pub is_saving: bool,
    /// Bytes that admitted tasks may take.
    pub reserved_bytes: u64,
    /// Bytes of results in memory.
    pub kept_bytes: u64,
    /// Bytes that tasks and results may take together.
    pub budget_bytes: u64,
    /// Bytes of values that came from peers since the start.
    pub moved_bytes: u64,
    /// Bytes of values that went to scratch since the start.
    pub spilled_bytes: u64,
}

impl WorkerState {
    /// Whether something is under way that ends by itself, however long it takes.
    pub fn is_at_work(&self) -> bool {
        self.running_count > 0 || self.scratch_count > 0 || self.spilling_bytes > 0 || self.is_saving
    }

    /// Whether values have moved from this state to a later one.
    pub fn has_moved(&self, later: &WorkerState) -> bool {
        (self.moved_bytes, self.spilled_bytes) != (later.moved_bytes, later.spilled_bytes)
    }
}

impl fmt::Display for WorkerState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WorkerState { waiting_count, next_task_bytes, fetching_count, awaited_count, ready_count, .. } = self;
        let WorkerState { running_count, scratch_count, spilling_bytes, is_saving, .. } = self;
        let WorkerState { reserved_bytes, kept_bytes, budget_bytes, .. } = self;
        write!(formatter, "{running_count} tasks run")?;
        self.running.iter().try_for_each(|task| write!(formatter, " {task}"))?;
        write!(formatter, ", {ready_count} wait for a thread, {fetching_count} for {awaited_count} inputs")?;
        self.awaited.iter().try_for_each(|part| write!(formatter, " {}", part.result))?;
        write!(formatter, ", {waiting_count} for admission")?;
        if *waiting_count > 0 {
            write!(formatter, " (the next takes {next_task_bytes} bytes)")?;
        }
        if *scratch_count > 0 || *spilling_bytes > 0 {
            write!(formatter, ", {scratch_count} parts come from scratch, {spilling_bytes} bytes go there")?;
        }
        if *is_saving {
            write!(formatter, ", results are being saved")?;
        }
        write!(formatter, "; of {budget_bytes} bytes tasks have {reserved_bytes}, results {kept_bytes}")
    }
}

/// A result that a task reads, and who keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputLocation {
    /// The result.
    pub result: ResultId,
    /// The worker that keeps it.
    pub worker: WorkerId,
}

/// A task for a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The task.
    pub task: TaskId,
    /// The results that it reads; most tasks read stores only.
    pub inputs: Vec<InputLocation>,
}

/// From the scheduler to a worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Order {
    /// Tasks of this computation will follow.
    Begin(Arc<Computation>),
    /// Tasks to run, in this order, merges before all others.
    Assign {
        /// Their computation.
        computation: ComputationId,
        /// The tasks.
        tasks: Vec<Assignment>,
    },
    /// Another worker is idle: give back half of the tasks that haven't started.
    GiveBack {
        /// Their computation.
        computation: ComputationId,
    },
    /// No other worker has room either for tasks that were declined: none is to be declined any more.
    Insist(ComputationId),
    /// These results won't be read any more.
    Release(Vec<ResultId>),
    /// No result of this stage will be read any more.
    ReleaseStage {
        /// The computation.
        computation: ComputationId,
        /// Its stage.
        stage: StageId,
    },
    /// The computation is complete: of its results, only persisted ones will be read.
    End(ComputationId),
    /// The computation failed: drop its tasks and results, and report when none of its tasks runs any more.
    Cancel(ComputationId),
    /// The run is to stop in good order: drop tasks that haven't started, keep what the others leave, and report as
    /// after [`Order::Cancel`] when none runs any more.
    Drain(ComputationId),
    /// Say what you do.
    Describe,
    /// Keep the states of unfinished reductions for later attempts of the run.
    Checkpoint(ComputationId),
    /// The run is over.
    Shutdown {
        /// The exit code for this rank.
        exit_code: i32,
    },
}

/// Tasks of one stage that a worker has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageDone {
    /// The stage.
    pub stage: StageId,
    /// The tasks' indices.
    pub indices: Vec<u64>,
    /// Bytes that they read from stores, as stored.
    pub read_bytes: u64,
    /// Chunks that they wrote to a store.
    pub written: Vec<WrittenChunk>,
}

impl StageDone {
    /// Bytes that the tasks wrote to stores, as stored.
    pub fn written_bytes(&self) -> u64 {
        self.written.iter().map(|chunk| chunk.size_bytes).sum()
    }
}

/// From a worker to the scheduler.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Report {
    /// The worker is there.
    Joined(WorkerInfo),
    /// Tasks done since the last report.
    Done {
        /// Their computation.
        computation: ComputationId,
        /// The tasks.
        stages: Vec<StageDone>,
        /// Results of those that the script wants.
        collected: Vec<(TaskId, Arc<TaskResult>)>,
    },
    /// The answer to [`Order::GiveBack`], empty where every task has started.
    GivenBack {
        /// Their computation.
        computation: ComputationId,
        /// The tasks.
        tasks: Vec<TaskId>,
    },
    /// Tasks of one stage that the worker has no room for now, though others may.
    Declined {
        /// Their computation.
        computation: ComputationId,
        /// The tasks.
        tasks: Vec<TaskId>,
    },
    /// A task failed.
    Failed {
        /// Its computation.
        computation: ComputationId,
        /// The task.
        task: TaskId,
        /// What went wrong.
        message: String,
    },
    /// The answer to [`Order::Cancel`] and [`Order::Drain`].
    Cancelled(ComputationId),
    /// The answer to [`Order::Describe`], and again when a worker that had nothing to do has.
    State(Box<WorkerState>),
    /// What the worker has used, before it leaves.
    Usage(Usage),
    /// The worker is gone; its transport says so on its behalf.
    Lost {
        /// How it went.
        reason: String,
    },
}

/// From worker to worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Exchange {
    /// Send me these results, or parts of them.
    Fetch(Vec<ResultPart>),
    /// What was asked for, in one or several messages.
    Data(Vec<(ResultPart, Arc<TaskResult>)>),
    /// A result that was asked for and isn't here.
    Missing(ResultPart),
}

/// Any message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Message {
    /// From the scheduler to a worker.
    Order(Order),
    /// From a worker to the scheduler.
    Report(Report),
    /// From worker to worker.
    Exchange(Exchange),
}

/// A message and who sent it.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The sender.
    pub from: Endpoint,
    /// The message.
    pub message: Message,
}

/// A message as it travels: its bytes, and the large vectors that it lends, which travel beside it. Their addresses are good
/// as long as the message stands still and isn't changed.
#[derive(Debug)]
pub struct Encoded {
    /// The message without those vectors.
    pub bytes: Vec<u8>,
    /// The vectors, in the order in which [`decode`] wants them.
    pub lent: Vec<Lent>,
}

/// A message as bytes.
pub fn encode(message: &Message) -> Encoded {
    let (bytes, lent) = raw::lending(|| postcard::to_stdvec(message));
    Encoded { bytes: bytes.expect("a message is plain data, which postcard encodes"), lent }
}

/// The message that [`encode`] made bytes and vectors of, on a rank that runs the same program.
///
/// # Errors
/// Where the bytes are of no message.
pub fn decode(bytes: &[u8], segments: Vec<Segment>) -> Result<Message, postcard::Error> {
    raw::with_arrived(segments, || postcard::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_takes_few_bytes_on_the_wire() {
        let tasks: Vec<Assignment> = (9_000_000..9_001_000)
            .map(|index| Assignment { task: TaskId { stage: StageId(2), index }, inputs: Vec::new() })
            .collect();
        let message = Message::Order(Order::Assign { computation: ComputationId(7), tasks });
        let bytes = postcard::to_stdvec(&message).unwrap();
        assert!(bytes.len() < 7_000, "{} bytes", bytes.len());
        assert!(postcard::from_bytes::<Message>(&bytes).is_ok());
    }
}
