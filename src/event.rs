//! What happened: facts that the runtime emits and that progress bars, event logs and reports fold over.
//!
//! Facts flow outward only. An [`Observer`] sees them on a thread of its own, behind a bounded hand-over: it can be as
//! slow as it likes without slowing or stopping a run. Where it falls behind, facts of one stage are added up, so that
//! counts stay right. Nothing here renders or stores; that is `monitor`'s part.

use crate::task::{Computation, ComputationId, StageId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A stage, as an observer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageSummary {
    /// The stage.
    pub stage: StageId,
    /// What it computes, in a word or two.
    pub name: String,
    /// Number of its tasks.
    pub task_count: u64,
    /// Bytes that its tasks read from stores, decoded.
    pub read_bytes: u64,
}

/// Something that happened in a run. Within a computation, events come in the order of the variants; tasks of several
/// stages may be done side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A computation was handed to the workers.
    ComputationStarted {
        /// The computation.
        computation: ComputationId,
        /// Its stages, in an order in which they can run.
        stages: Vec<StageSummary>,
        /// Workers that it runs on.
        worker_count: usize,
    },
    /// The first tasks of a stage can run.
    StageStarted {
        /// The computation.
        computation: ComputationId,
        /// The stage.
        stage: StageId,
    },
    /// Tasks finished since the last such event of the stage.
    TasksDone {
        /// The computation.
        computation: ComputationId,
        /// The stage.
        stage: StageId,
        /// Number of tasks.
        count: u64,
        /// Bytes that they read from stores, as stored.
        read_bytes: u64,
        /// Bytes that they wrote to stores, as stored.
        written_bytes: u64,
    },
    /// All tasks of a stage are done.
    StageFinished {
        /// The computation.
        computation: ComputationId,
        /// The stage.
        stage: StageId,
    },
    /// All stages are done.
    ComputationFinished {
        /// The computation.
        computation: ComputationId,
        /// From its start to now.
        wall: Duration,
        /// Bytes read from stores, as stored.
        read_bytes: u64,
        /// Bytes written to stores, as stored.
        written_bytes: u64,
    },
    /// A computation came to an end without its results.
    ComputationFailed {
        /// The computation.
        computation: ComputationId,
        /// From its start to now.
        wall: Duration,
        /// The first error.
        message: String,
    },
    /// The run was asked to stop, and does so in good order.
    Draining,
    /// A rank has come to its end.
    RankUsed {
        /// The worker on it; `None` where it schedules only.
        worker: Option<u32>,
        /// Name of its node.
        node: String,
        /// Bytes of values that came from other ranks.
        moved_bytes: u64,
        /// Bytes of values that went to scratch.
        spilled_bytes: u64,
        /// Most bytes of memory that it took; 0 where the system doesn't say.
        peak_bytes: u64,
        /// Bytes of memory that it might take.
        memory_bytes: u64,
        /// How often reading and writing stores was tried again.
        retry_count: u64,
    },
}

impl Event {
    /// The start of a computation on this many workers.
    pub fn started(computation: &Computation, worker_count: usize) -> Event {
        let stages = computation.stage_ids().zip(&computation.stages).map(|(id, stage)| StageSummary {
            stage: id,
            name: stage.name.clone(),
            task_count: stage.task_count,
            read_bytes: stage.read_bytes,
        });
        Event::ComputationStarted { computation: computation.id, stages: stages.collect(), worker_count }
    }

    /// The computation that the event is about; `None` where it is about the run.
    pub fn computation(&self) -> Option<ComputationId> {
        match self {
            Event::ComputationStarted { computation, .. }
            | Event::StageStarted { computation, .. }
            | Event::TasksDone { computation, .. }
            | Event::StageFinished { computation, .. }
            | Event::ComputationFinished { computation, .. }
            | Event::ComputationFailed { computation, .. } => Some(*computation),
            Event::Draining | Event::RankUsed { .. } => None,
        }
    }

    /// Adds a later event to this one where both count tasks of one stage; says whether it did.
    pub fn absorb(&mut self, later: &Event) -> bool {
        match (self, later) {
            (
                Event::TasksDone { computation, stage, count, read_bytes, written_bytes },
                Event::TasksDone {
                    computation: later_computation,
                    stage: later_stage,
                    count: more,
                    read_bytes: more_read,
                    written_bytes: more_written,
                },
            ) if computation == later_computation && stage == later_stage => {
                *count += more;
                *read_bytes += more_read;
                *written_bytes += more_written;
                true
            }
            _ => false,
        }
    }
}

/// Watches a run. Called on a thread of its own, never by the threads that compute.
pub trait Observer: Send {
    /// Takes note of an event.
    fn observe(&mut self, event: &Event);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_one_stage_add_up() {
        let done = |stage, count| Event::TasksDone {
            computation: ComputationId(1),
            stage: StageId(stage),
            count,
            read_bytes: 10 * count,
            written_bytes: count,
        };
        let mut first = done(0, 2);
        assert!(first.absorb(&done(0, 3)));
        assert_eq!(first, done(0, 5));
        assert!(!first.absorb(&done(1, 1)));
    }
}
