//! Completions on their way to the scheduler, gathered into batches.

use crate::array::WrittenChunk;
use crate::protocol::{Report, StageDone};
use crate::task::{ComputationId, TaskId, TaskResult};
use std::sync::Arc;
use std::time::Duration;

/// Longest time that a completion waits for others.
const MAX_DELAY: Duration = Duration::from_millis(5);
/// Bytes of collected results that are sent without waiting.
const MAX_COLLECTED_BYTES: usize = 32 << 20;

/// Completions that haven't been reported.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    computation: Option<ComputationId>,
    stages: Vec<StageDone>,
    collected: Vec<(TaskId, Arc<TaskResult>)>,
    collected_bytes: usize,
    count: usize,
    since: Duration,
}

impl Backlog {
    /// Adds a completion. All are of one computation, since computations run one after the other.
    pub(super) fn add(
        &mut self,
        now: Duration,
        computation: ComputationId,
        task: TaskId,
        read_bytes: u64,
        written: Vec<WrittenChunk>,
    ) {
        if self.count == 0 {
            self.since = now;
        }
        self.computation = Some(computation);
        self.count += 1;
        let position = self.stages.iter().position(|done| done.stage == task.stage).unwrap_or_else(|| {
            let (indices, written) = (Vec::new(), Vec::new());
            self.stages.push(StageDone { stage: task.stage, indices, read_bytes: 0, written });
            self.stages.len() - 1
        });
        let done = &mut self.stages[position];
        done.indices.push(task.index);
        done.read_bytes += read_bytes;
        done.written.extend(written);
    }

    /// Adds a result that the script wants.
    pub(super) fn add_collected(&mut self, task: TaskId, result: Arc<TaskResult>) {
        self.collected_bytes += result.size_bytes();
        self.collected.push((task, result));
    }

    /// When the report must go at the latest.
    pub(super) fn deadline(&self) -> Option<Duration> {
        (self.count > 0).then(|| self.since + MAX_DELAY)
    }

    /// The report, where it is due: as many tasks are done as are left, or it has waited long enough, or it is large.
    pub(super) fn take_due(&mut self, now: Duration, tasks_left: usize) -> Option<Report> {
        let is_due = self.count >= tasks_left.max(1)
            || self.collected_bytes > MAX_COLLECTED_BYTES
            || self.deadline().is_some_and(|deadline| deadline <= now);
        if is_due { self.take() } else { None }
    }

    /// The report, due or not; `None` where there is nothing to report.
    pub(super) fn take(&mut self) -> Option<Report> {
        if self.count == 0 {
            return None;
        }
        let Backlog { computation, stages, collected, .. } = std::mem::take(self);
        Some(Report::Done { computation: computation?, stages, collected })
    }
}
