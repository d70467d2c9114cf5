//! Results that a worker has in memory: its own, kept until the scheduler releases them, and copies of its peers', kept
//! while there is room.

use crate::task::{ComputationId, ResultId, StageId, TaskId, TaskResult};
use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Results in memory.
#[derive(Debug, Default)]
pub(super) struct Residency {
    own: BTreeMap<ResultId, Arc<TaskResult>>,
    copies: BTreeMap<ResultId, Arc<TaskResult>>,
    /// Copies, oldest first; some may be gone already.
    copy_order: VecDeque<ResultId>,
    bytes: u64,
}

impl Residency {
    /// Bytes of all results.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// A result, own or copied.
    pub(super) fn get(&self, id: ResultId) -> Option<&Arc<TaskResult>> {
        self.own.get(&id).or_else(|| self.copies.get(&id))
    }

    /// Results of tasks of a computation that ran here.
    pub(super) fn of_computation(
        &self,
        computation: ComputationId,
    ) -> impl Iterator<Item = (TaskId, &Arc<TaskResult>)> {
        let id = |stage, index| ResultId { computation, task: TaskId { stage: StageId(stage), index } };
        self.own.range(id(0, 0)..=id(u16::MAX, u64::MAX)).map(|(id, result)| (id.task, result))
    }

    /// Keeps a result of a task that ran here.
    pub(super) fn keep(&mut self, id: ResultId, result: Arc<TaskResult>) {
        self.bytes += result.size_bytes() as u64;
        if let Some(replaced) = self.own.insert(id, result) {
            self.bytes -= replaced.size_bytes() as u64;
        }
    }

    /// Keeps a copy of a peer's result.
    pub(super) fn keep_copy(&mut self, id: ResultId, result: Arc<TaskResult>) {
        self.bytes += result.size_bytes() as u64;
        self.copy_order.push_back(id);
        if let Some(replaced) = self.copies.insert(id, result) {
            self.bytes -= replaced.size_bytes() as u64;
        }
    }

    /// Drops the oldest copies until `bytes` are free or none is left.
    pub(super) fn evict_copies(&mut self, bytes: u64) {
        let target = self.bytes.saturating_sub(bytes);
        while self.bytes > target
            && let Some(oldest) = self.copy_order.pop_front()
        {
            self.drop_copy(oldest);
        }
    }

    /// Drops a result.
    pub(super) fn release(&mut self, id: ResultId) {
        if let Some(result) = self.own.remove(&id) {
            self.bytes -= result.size_bytes() as u64;
        }
        self.drop_copy(id);
    }

    /// Drops all results of a stage.
    pub(super) fn release_stage(&mut self, computation: ComputationId, stage: StageId) {
        let id = |index| ResultId { computation, task: TaskId { stage, index } };
        self.release_range(id(0)..=id(u64::MAX));
    }

    /// Drops all results of a computation but those of some stages.
    pub(super) fn release_computation(&mut self, computation: ComputationId, except: &[StageId]) {
        let id = |stage, index| ResultId { computation, task: TaskId { stage: StageId(stage), index } };
        let mut first = 0;
        for stage in except {
            if let Some(last) = stage.0.checked_sub(1).filter(|&last| last >= first) {
                self.release_range(id(first, 0)..=id(last, u64::MAX));
            }
            first = stage.0 + 1;
        }
        self.release_range(id(first, 0)..=id(u16::MAX, u64::MAX));
    }

    fn release_range(&mut self, range: RangeInclusive<ResultId>) {
        let found: Vec<ResultId> =
            self.own.range(range.clone()).chain(self.copies.range(range)).map(|(id, _)| *id).collect();
        found.into_iter().for_each(|id| self.release(id));
    }

    fn drop_copy(&mut self, id: ResultId) {
        if let Some(result) = self.copies.remove(&id) {
            self.bytes -= result.size_bytes() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{Chunk, DType};

    fn id(stage: u16, index: u64) -> ResultId {
        ResultId { computation: ComputationId(1), task: TaskId { stage: StageId(stage), index } }
    }

    fn bytes(count: usize) -> Arc<TaskResult> {
        Arc::new(TaskResult::Chunk(Chunk::zeros(DType::UInt8, vec![count])))
    }

    #[test]
    fn persisted_stages_outlive_their_computation() {
        let mut residency = Residency::default();
        for stage in 0..5 {
            residency.keep(id(stage, 0), bytes(10));
            residency.keep_copy(id(stage, 1), bytes(1));
        }
        residency.release_computation(ComputationId(1), &[StageId(0), StageId(3)]);
        assert_eq!(residency.bytes(), 22);
        assert!(residency.get(id(0, 1)).is_some() && residency.get(id(3, 0)).is_some());
        residency.release_stage(ComputationId(1), StageId(0));
        assert_eq!(residency.bytes(), 11);
    }

    #[test]
    fn copies_go_before_a_worker_lacks_room_and_own_results_stay() {
        let mut residency = Residency::default();
        residency.keep(id(0, 0), bytes(10));
        residency.keep_copy(id(0, 1), bytes(5));
        residency.keep_copy(id(0, 2), bytes(5));
        residency.evict_copies(3);
        assert!(residency.get(id(0, 1)).is_none() && residency.get(id(0, 2)).is_some());
        residency.evict_copies(100);
        assert_eq!(residency.bytes(), 10);
    }
}
