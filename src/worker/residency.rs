//! Results that a worker holds: its own, kept until the scheduler releases them, in memory or in scratch, and copies of
//! its peers', kept while there is room.

use crate::task::{ComputationId, ResultId, StageId, TaskId, TaskResult};
use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Where a result of a task that ran here is.
#[derive(Debug)]
enum Own {
    Memory(Arc<TaskResult>),
    /// In memory, and on its way to scratch.
    Spilling(Arc<TaskResult>),
    /// In scratch, of this size.
    Spilled(u64),
}

/// Results at hand.
#[derive(Debug, Default)]
pub(super) struct Residency {
    own: BTreeMap<ResultId, Own>,
    /// Own results in memory, oldest first; some may be gone already.
    own_order: VecDeque<ResultId>,
    copies: BTreeMap<ResultId, Arc<TaskResult>>,
    /// Copies, oldest first; some may be gone already.
    copy_order: VecDeque<ResultId>,
    /// Bytes in memory.
    bytes: u64,
    /// Of these, bytes on their way to scratch.
    spilling_bytes: u64,
    /// Bytes in scratch.
    spilled_bytes: u64,
    /// Results whose files in scratch aren't needed any more.
    discarded: Vec<ResultId>,
}

impl Residency {
    /// Bytes of all results in memory.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes that are about to leave memory.
    pub(super) fn spilling_bytes(&self) -> u64 {
        self.spilling_bytes
    }

    /// Bytes in scratch, or on their way there.
    pub(super) fn scratch_bytes(&self) -> u64 {
        self.spilling_bytes + self.spilled_bytes
    }

    /// A result in memory, own or copied.
    pub(super) fn get(&self, id: ResultId) -> Option<&Arc<TaskResult>> {
        match self.own.get(&id) {
            Some(Own::Memory(value) | Own::Spilling(value)) => Some(value),
            Some(Own::Spilled(_)) | None => self.copies.get(&id),
        }
    }

    /// Whether an own result lies in scratch only.
    pub(super) fn is_spilled(&self, id: ResultId) -> bool {
        matches!(self.own.get(&id), Some(Own::Spilled(_)))
    }

    /// Results in memory of tasks of a computation that ran here.
    pub(super) fn of_computation(
        &self,
        computation: ComputationId,
    ) -> impl Iterator<Item = (TaskId, &Arc<TaskResult>)> {
        let id = |stage, index| ResultId { computation, task: TaskId { stage: StageId(stage), index } };
        self.own.range(id(0, 0)..=id(u16::MAX, u64::MAX)).filter_map(|(id, own)| match own {
            Own::Memory(result) | Own::Spilling(result) => Some((id.task, result)),
            Own::Spilled(_) => None,
        })
    }

    /// Keeps a result of a task that ran here.
    pub(super) fn keep(&mut self, id: ResultId, result: Arc<TaskResult>) {
        self.forget_own(id);
        self.bytes += result.size_bytes() as u64;
        self.own.insert(id, Own::Memory(result));
        self.own_order.push_back(id);
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

    /// The oldest own result in memory that no task uses (or any, where `even_used`), from now on on its way to scratch;
    /// none that takes more than `most_bytes`.
    pub(super) fn start_spill(&mut self, most_bytes: u64, even_used: bool) -> Option<(ResultId, Arc<TaskResult>)> {
        for _ in 0..self.own_order.len() {
            let id = self.own_order.pop_front()?;
            let Some(Own::Memory(value)) = self.own.get(&id) else { continue };
            let bytes = value.size_bytes() as u64;
            let is_free = even_used || Arc::strong_count(value) == 1;
            if bytes == 0 || bytes > most_bytes || !is_free {
                self.own_order.push_back(id);
                continue;
            }
            let value = value.clone();
            self.spilling_bytes += bytes;
            self.own.insert(id, Own::Spilling(value.clone()));
            return Some((id, value));
        }
        None
    }

    /// Takes note that a result has gone to scratch, or (where `is_written` is false) hasn't. Says how many bytes went.
    pub(super) fn end_spill(&mut self, id: ResultId, is_written: bool) -> u64 {
        // Released meanwhile, it was discarded already.
        let Some(Own::Spilling(value)) = self.own.get(&id) else { return 0 };
        let bytes = value.size_bytes() as u64;
        self.spilling_bytes -= bytes;
        if !is_written {
            let value = value.clone();
            self.own.insert(id, Own::Memory(value));
            self.own_order.push_back(id);
            return 0;
        }
        self.bytes -= bytes;
        self.spilled_bytes += bytes;
        self.own.insert(id, Own::Spilled(bytes));
        bytes
    }

    /// Results whose files in scratch can go, since the last call.
    pub(super) fn take_discarded(&mut self) -> Vec<ResultId> {
        std::mem::take(&mut self.discarded)
    }

    /// Drops a result.
    pub(super) fn release(&mut self, id: ResultId) {
        self.forget_own(id);
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
        let own = self.own.range(range.clone()).map(|(id, _)| *id);
        let found: Vec<ResultId> = own.chain(self.copies.range(range).map(|(id, _)| *id)).collect();
        found.into_iter().for_each(|id| self.release(id));
    }

    fn forget_own(&mut self, id: ResultId) {
        match self.own.remove(&id) {
            Some(Own::Memory(value)) => self.bytes -= value.size_bytes() as u64,
            Some(Own::Spilling(value)) => {
                self.bytes -= value.size_bytes() as u64;
                self.spilling_bytes -= value.size_bytes() as u64;
                self.discarded.push(id);
            }
            Some(Own::Spilled(bytes)) => {
                self.spilled_bytes -= bytes;
                self.discarded.push(id);
            }
            None => {}
        }
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

    #[test]
    fn what_a_task_uses_goes_to_scratch_last() {
        let mut residency = Residency::default();
        let used = bytes(10);
        residency.keep(id(0, 0), used.clone());
        residency.keep(id(0, 1), bytes(7));
        residency.keep(id(0, 2), bytes(50));
        assert_eq!(residency.start_spill(20, false).unwrap().0, id(0, 1));
        assert!(residency.start_spill(20, false).is_none());
        assert_eq!(residency.start_spill(20, true).unwrap().0, id(0, 0));
        assert_eq!((residency.bytes(), residency.scratch_bytes()), (67, 17));
        assert_eq!(residency.end_spill(id(0, 1), true), 7);
        assert_eq!(residency.end_spill(id(0, 0), false), 0);
        assert_eq!((residency.bytes(), residency.scratch_bytes()), (60, 7));
        assert!(residency.is_spilled(id(0, 1)) && residency.get(id(0, 1)).is_none());
        residency.release_computation(ComputationId(1), &[]);
        assert_eq!((residency.bytes(), residency.scratch_bytes()), (0, 0));
        assert_eq!(residency.take_discarded(), [id(0, 1)]);
    }
}
