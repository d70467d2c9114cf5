//! Room for results: what is kept for later tasks must leave every rank room for the largest task that may run meanwhile.
//!
//! A worker declines tasks whose results would take that room. What all ranks can keep so is worked out here, before
//! anything runs: a plan whose results don't fit is refused, so that what is begun comes to its end.

use super::fit::OPEN_GROUPS;
use super::lower::Lowering;
use super::memory::largest_region;
use super::selections::selection_of;
use super::{Computation, Stage, StageId, StageOutput, StageWork, TaskError};

/// Stages that are over before a stage starts.
type Before = Vec<Vec<bool>>;

/// In which order stages run.
struct Order {
    before: Before,
    /// Stages that read what a stage leaves.
    readers: Vec<Vec<StageId>>,
}

/// What the results of a stage take that are kept at one time.
struct Kept {
    id: StageId,
    bytes: u64,
    /// They are states of a selection.
    is_selection: bool,
}

impl Lowering {
    /// Works out what results take, and what has to be left beside them.
    ///
    /// # Errors
    /// [`TaskError::ResultsTooLarge`] where the ranks haven't got that.
    pub(super) fn reserve(&mut self) -> Result<(), TaskError> {
        let order = Order::of(&self.computation);
        let ids: Vec<StageId> = self.computation.stage_ids().collect();
        let result_bytes: Vec<u64> = ids.iter().map(|id| self.result_bytes(*id)).collect();
        let stages = &mut self.computation.stages;
        stages.iter_mut().zip(result_bytes).for_each(|(stage, bytes)| stage.result_bytes = bytes);
        let kept: Vec<Kept> =
            ids.iter().filter(|id| self.computation.stage(**id).is_kept()).map(|id| self.kept(*id)).collect();
        for &Kept { id, .. } in &kept {
            let beside = ids.iter().filter(|other| order.may_coexist(&self.computation, id, **other));
            let beside = beside.map(|other| self.computation.stage(*other)).map(Stage::most_bytes);
            self.computation.stages[id.0 as usize].reserve_bytes = beside.max().unwrap_or(0);
        }
        ids.iter().try_for_each(|id| {
            let beside = kept.iter().filter(|kept| order.may_coexist(&self.computation, kept.id, *id));
            self.check_room(&beside.collect::<Vec<_>>())
        })
    }

    /// Most bytes of the result of one task of a stage.
    fn result_bytes(&self, id: StageId) -> u64 {
        let (stage, plan) = (self.computation.stage(id), &self.computation.plan);
        let region = largest_region(stage.result_grid());
        if self.computation.is_merged(id) {
            return self.projection().state_bytes(stage.nodes(), &region);
        }
        let item_bytes: usize = stage.nodes().iter().map(|&node| plan.node(node).dtype.size_bytes()).sum();
        region.element_count() as u64 * item_bytes as u64
    }

    /// Whether all ranks together can keep the results of some stages at one time. States of selections are too large for a
    /// bound that holds on any ranks to be of use: what has no room then is found as it comes.
    fn check_room(&self, kept: &[&Kept]) -> Result<(), TaskError> {
        if kept.iter().any(|kept| kept.is_selection) {
            return Ok(());
        }
        let stages = kept.iter().map(|kept| self.computation.stage(kept.id));
        let needed_bytes: u64 = kept.iter().map(|kept| kept.bytes).sum();
        let reserve_bytes = stages.clone().map(|stage| stage.reserve_bytes).max().unwrap_or(0);
        let most_bytes = stages.map(|stage| stage.result_bytes).max().unwrap_or(0);
        let room_bytes = self.resources.room_beside(reserve_bytes, most_bytes);
        if needed_bytes <= room_bytes {
            return Ok(());
        }
        let largest = kept.iter().max_by_key(|kept| kept.bytes);
        let operation = largest.map_or(String::new(), |kept| self.computation.stage(kept.id).name.clone());
        let missing_bytes = (needed_bytes - room_bytes).div_ceil(self.resources.worker_count.max(1));
        let rank_bytes = self.resources.budget_bytes.max(reserve_bytes) + missing_bytes;
        Err(TaskError::ResultsTooLarge { operation, needed_bytes, room_bytes, reserve_bytes, rank_bytes })
    }

    fn kept(&self, id: StageId) -> Kept {
        let node = self.computation.stage(id).nodes()[0];
        let is_selection = selection_of(&self.computation.plan, node).is_some();
        Kept { id, bytes: self.kept_bytes_of(id), is_selection }
    }

    /// Bytes of a stage's results that are there at one time: all, but of partial ones those of a kept chunk, and of the
    /// groups that every rank may have a part of.
    pub(super) fn kept_bytes_of(&self, id: StageId) -> u64 {
        let stage = self.computation.stage(id);
        let count = match self.computation.merge_of(id) {
            Some(merge) => {
                let open = OPEN_GROUPS * self.resources.worker_count * merge.fan_in.min(merge.source_runs);
                stage.task_count.min(merge.source_runs + open)
            }
            None => stage.task_count,
        };
        count * stage.result_bytes
    }
}

impl Stage {
    /// Most bytes that one of its tasks takes, and what that leaves beyond what it frees, before others hear of it.
    fn most_bytes(&self) -> u64 {
        match self.work {
            StageWork::Merge(_) => self.task_bytes + self.result_bytes,
            _ => self.task_bytes,
        }
    }
}

impl Computation {
    /// The work that merges a stage's results, where they are partial.
    fn merge_of(&self, id: StageId) -> Option<&super::MergeWork> {
        self.stages.iter().find_map(|stage| match &stage.work {
            StageWork::Merge(work) if work.source == id => Some(work),
            _ => None,
        })
    }

    fn is_merged(&self, id: StageId) -> bool {
        self.merge_of(id).is_some()
    }
}

/// For each stage, the stages that are complete before its first task starts, at once or by way of others.
fn before(computation: &Computation) -> Before {
    let count = computation.stages.len();
    // Beside it, what is complete when the stage is.
    let (mut before, mut over): (Before, Before) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for (position, stage) in computation.stages.iter().enumerate() {
        let union = |sets: &Before| {
            let mut all = vec![false; count];
            for id in &stage.after {
                all.iter_mut().zip(&sets[id.0 as usize]).for_each(|(all, one)| *all |= one);
            }
            all
        };
        let mut ended = union(&over);
        // A merge waits for its own inputs only, which wait for what their stage waits for.
        let waited = if matches!(stage.work, StageWork::Merge(_)) { union(&before) } else { ended.clone() };
        ended[position] = true;
        before.push(waited);
        over.push(ended);
    }
    before
}

impl Order {
    fn of(computation: &Computation) -> Order {
        let mut readers = vec![Vec::new(); computation.stages.len()];
        for id in computation.stage_ids() {
            computation.stage(id).after.iter().for_each(|read| readers[read.0 as usize].push(id));
        }
        Order { before: before(computation), readers }
    }

    /// Whether results of one stage may be kept while tasks of another run.
    fn may_coexist(&self, computation: &Computation, kept: StageId, other: StageId) -> bool {
        let (kept_position, other_position) = (kept.0 as usize, other.0 as usize);
        if self.before[kept_position][other_position] {
            return false;
        }
        let readers = &self.readers[kept_position];
        let is_persisted = matches!(computation.stage(kept).output, StageOutput::Persist { .. });
        is_persisted
            || readers.is_empty()
            || !readers.iter().all(|reader| self.before[other_position][reader.0 as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{DType, StoredArray};
    use crate::kernels::reduction::ReductionOptions;
    use crate::plan::{Array, Plan};
    use crate::task::test_data::stored;
    use crate::task::{ComputationId, Goal, Resources, lower};

    fn persisted(resources: Resources) -> Result<Computation, TaskError> {
        let x = Array::stored(stored(&[1024, 1024], &[64, 1024]));
        lower(ComputationId(0), Plan::of(&[x]), vec![Goal::Persist], resources)
    }

    #[test]
    fn what_ranks_cannot_keep_beside_a_task_is_refused() {
        let one = persisted(Resources::from(1 << 30)).unwrap();
        let (total, reserve) = (one.stages[0].task_count * one.stages[0].result_bytes, one.stages[0].reserve_bytes);
        assert_eq!((total, reserve), (4 << 20, one.stages[0].task_bytes));
        assert!(persisted(Resources::from(total + reserve)).is_ok());
        let error = persisted(Resources::from(total + reserve - 1)).unwrap_err();
        assert!(matches!(error, TaskError::ResultsTooLarge { needed_bytes, .. } if needed_bytes == total), "{error}");
        let scratch = Resources { scratch_bytes: 4 << 20, ..Resources::from(total + reserve - 1) };
        assert!(persisted(scratch).is_ok());
    }

    #[test]
    fn what_is_released_before_needs_no_room() {
        let x = Array::stored(stored(&[8192, 512], &[64, 512]));
        let mean = x.reduce("mean", &[0], ReductionOptions::default()).unwrap();
        let deviation = x.binary(crate::kernels::elementwise::BinaryOp::Subtract, &mean).unwrap();
        let target = StoredArray { dtype: DType::Float32, ..stored(&[8192, 512], &[64, 512]) };
        let goals = vec![Goal::Write(StoredArray { dtype: deviation.dtype(), ..target })];
        // Memory that doesn't hold x.
        let computation = lower(ComputationId(0), Plan::of(&[deviation]), goals, 12 << 20).unwrap();
        let order = Order::of(&computation);
        let may_coexist = |kept, other| order.may_coexist(&computation, kept, other);
        let last = computation.stage_ids().last().unwrap();
        assert!(!may_coexist(StageId(0), last), "partial states are merged by then");
        let mean = StageId(last.0 - 1);
        assert!(may_coexist(mean, last) && may_coexist(mean, StageId(0)));
    }
}
