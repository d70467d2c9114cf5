//! Results that a worker holds: its own, kept until the scheduler releases them, in memory or in scratch, and copies of
//! its peers', kept while there is room.

use crate::task::{ComputationId, ResultId, StageId, TaskId, TaskResult};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What came earlier has the lower number.
type Age = u64;

/// Where a result of a task that ran here is.
#[derive(Debug)]
enum Own {
    Memory {
        value: Arc<TaskResult>,
        age: Age,
    },
    /// In memory, and on its way to scratch.
    Spilling(Arc<TaskResult>),
    /// In scratch, of this size.
    Spilled(u64),
}

/// Results at hand.
#[derive(Debug, Default)]
pub(super) struct Residency {
    own: BTreeMap<ResultId, Own>,
    /// Own results in memory, oldest first.
    own_order: BTreeMap<Age, ResultId>,
    copies: BTreeMap<ResultId, (Arc<TaskResult>, Age)>,
    /// Copies, oldest first.
    copy_order: BTreeMap<Age, ResultId>,
    /// Results that have come into memory so far.
    arrivals: Age,
    /// Bytes in memory.
    bytes: u64,
    /// Of these, bytes of copies.
    copy_bytes: u64,
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

    /// Bytes of own results, wherever they are.
    pub(super) fn own_bytes(&self) -> u64 {
        self.bytes - self.copy_bytes + self.spilled_bytes
    }

    /// Bytes of an own result, wherever it is; 0 where there is none.
    pub(super) fn own_bytes_of(&self, id: ResultId) -> u64 {
        match self.own.get(&id) {
            Some(Own::Memory { value, .. } | Own::Spilling(value)) => value.size_bytes() as u64,
            Some(Own::Spilled(bytes)) => *bytes,
            None => 0,
        }
    }

    /// Whether nothing is held, nor remembered of what was.
    pub(super) fn is_empty(&self) -> bool {
        let orders = self.own_order.is_empty() && self.copy_order.is_empty();
        self.own.is_empty() && self.copies.is_empty() && orders && self.discarded.is_empty()
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
            Some(Own::Memory { value, .. } | Own::Spilling(value)) => Some(value),
            Some(Own::Spilled(_)) | None => self.copies.get(&id).map(|(value, _)| value),
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
        self.own.range(all_of(computation)).filter_map(|(id, own)| match own {
            Own::Memory { value, .. } | Own::Spilling(value) => Some((id.task, value)),
            Own::Spilled(_) => None,
        })
    }

    /// Results in scratch only of tasks of a computation that ran here.
    pub(super) fn spilled_of(&self, computation: ComputationId) -> impl Iterator<Item = ResultId> {
        let spilled = self.own.range(all_of(computation)).filter(|(_, own)| matches!(own, Own::Spilled(_)));
        spilled.map(|(id, _)| *id)
    }

    /// Keeps a result of a task that ran here.
    pub(super) fn keep(&mut self, id: ResultId, result: Arc<TaskResult>) {
        self.forget_own(id);
        self.bytes += result.size_bytes() as u64;
        self.place(id, result);
    }

    /// Has an own result in memory, as the youngest.
    fn place(&mut self, id: ResultId, value: Arc<TaskResult>) {
        self.arrivals += 1;
        self.own.insert(id, Own::Memory { value, age: self.arrivals });
        self.own_order.insert(self.arrivals, id);
    }

    /// Keeps a copy of a peer's result.
    pub(super) fn keep_copy(&mut self, id: ResultId, result: Arc<TaskResult>) {
        self.drop_copy(id);
        self.bytes += result.size_bytes() as u64;
        self.copy_bytes += result.size_bytes() as u64;
        self.arrivals += 1;
        self.copies.insert(id, (result, self.arrivals));
        self.copy_order.insert(self.arrivals, id);
    }

    /// Drops the oldest copies until `bytes` are free or none is left.
    pub(super) fn evict_copies(&mut self, bytes: u64) {
        let target = self.bytes.saturating_sub(bytes);
        while self.bytes > target
            && let Some((_, oldest)) = self.copy_order.pop_first()
        {
            self.drop_copy(oldest);
        }
    }

    /// The oldest own result in memory that no task uses (or any, where `even_used`), from now on on its way to scratch;
    /// none that takes more than `most_bytes`.
    pub(super) fn start_spill(&mut self, most_bytes: u64, even_used: bool) -> Option<(ResultId, Arc<TaskResult>)> {
        let is_candidate = |id: &ResultId| {
            let Some(Own::Memory { value, .. }) = self.own.get(id) else { return false };
            let bytes = value.size_bytes() as u64;
            bytes > 0 && bytes <= most_bytes && (even_used || Arc::strong_count(value) == 1)
        };
        let (age, id) = self.own_order.iter().find(|(_, id)| is_candidate(id)).map(|(age, id)| (*age, *id))?;
        self.own_order.remove(&age);
        let Some(Own::Memory { value, .. }) = self.own.remove(&id) else { return None };
        self.spilling_bytes += value.size_bytes() as u64;
        self.own.insert(id, Own::Spilling(value.clone()));
        Some((id, value))
    }

    /// Takes note that a result has gone to scratch, or (where `is_written` is false) hasn't. Says how many bytes went.
    pub(super) fn end_spill(&mut self, id: ResultId, is_written: bool) -> u64 {
        // Released meanwhile, it was discarded already.
        let Some(Own::Spilling(value)) = self.own.get(&id) else { return 0 };
        let bytes = value.size_bytes() as u64;
        self.spilling_bytes -= bytes;
        if !is_written {
            let value = value.clone();
            self.place(id, value);
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
            Some(Own::Memory { value, age }) => {
                self.bytes -= value.size_bytes() as u64;
                self.own_order.remove(&age);
            }
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
        if let Some((value, age)) = self.copies.remove(&id) {
            self.bytes -= value.size_bytes() as u64;
            self.copy_bytes -= value.size_bytes() as u64;
            self.copy_order.remove(&age);
        }
    }
}

/// The ids that results of a computation can have.
fn all_of(computation: ComputationId) -> RangeInclusive<ResultId> {
    let id = |stage, index| ResultId { computation, task: TaskId { stage: StageId(stage), index } };
    id(0, 0)..=id(u16::MAX, u64::MAX)
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
        assert_eq!((residency.bytes(), residency.own_bytes()), (22, 20));
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
        assert!(residency.is_empty());
    }

    #[test]
    fn nothing_is_remembered_of_what_was_released() {
        let mut residency = Residency::default();
        for index in 0..3 {
            residency.keep(id(0, index), bytes(10));
            residency.keep_copy(id(1, index), bytes(10));
            residency.release(id(0, index));
        }
        residency.release_stage(ComputationId(1), StageId(1));
        assert!(residency.is_empty(), "{residency:?}");
    }
}
