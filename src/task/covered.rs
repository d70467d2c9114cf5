//! Parts of arrays that stages leave with the workers: later stages read them only where they need no more than the part.

use super::lower::Lowering;
use super::pull::{stored_bounds, visit_leaves};
use super::{Computation, StageId, StageWork};
use crate::array::Region;
use crate::plan::NodeId;

impl Lowering {
    /// Forgets kept parts of nodes of which a region of a node pulls more: what reads it begins anew, from what the parts
    /// were made of.
    pub(super) fn forget_uncovered(&mut self, root: NodeId, region: &Region) {
        loop {
            let Computation { plan, blocks, .. } = &self.computation;
            let mut uncovered: Option<NodeId> = None;
            visit_leaves(plan, blocks, &self.materialised, root, region.clone(), &mut |leaf, pulled| {
                let stage = self.materialised.get(&leaf).copied();
                if stage.and_then(|stage| self.part_left(stage)).is_some_and(|part| !part.contains(pulled)) {
                    uncovered = Some(leaf);
                }
            });
            match uncovered {
                Some(node) => drop(self.materialised.remove(&node)),
                None => return,
            }
        }
    }

    /// The region of its node that a stage leaves; `None` where that is all of it.
    fn part_left(&self, stage: StageId) -> Option<Region> {
        match &self.computation.stage(stage).work {
            StageWork::Produce { grid, origin, .. } => Some(Region::new(origin.clone(), grid.shape())),
            StageWork::Reduce(_) | StageWork::Merge(_) => None,
        }
    }

    /// Whether nodes pull the same regions of stored arrays.
    pub(super) fn pull_alike(&self, nodes: &[NodeId], region: &Region) -> bool {
        let Computation { plan, blocks, .. } = &self.computation;
        let pulled = |node: NodeId| stored_bounds(plan, blocks, &self.materialised, &[node], region);
        nodes.windows(2).all(|pair| pulled(pair[0]) == pulled(pair[1]))
    }
}

#[cfg(test)]
mod tests {
    use crate::array::DType;
    use crate::kernels::reduction::ReductionOptions;
    use crate::plan::{Array, Plan};
    use crate::task::test_data::stored;
    use crate::task::{ComputationId, Goal, TaskId, lower};

    /// What every task reads of earlier stages is there, which `inputs_of` and the index of each say.
    fn check(arrays: &[Array]) {
        let goals = vec![Goal::Collect; arrays.len()];
        let computation = lower(ComputationId(0), Plan::of(arrays), goals, 1 << 40).unwrap();
        for stage in computation.stage_ids() {
            for index in 0..computation.stage(stage).task_count {
                for read in computation.inputs_of(TaskId { stage, index }) {
                    assert!(read.task.index < computation.stage(read.task.stage).task_count, "{read:?}");
                }
            }
        }
    }

    #[test]
    fn a_part_that_was_kept_is_not_read_beyond() {
        let x = Array::stored(stored(&[5, 1096], &[3, 100]));
        // Months of one season in each of three years: gathers that cut across the stored chunks.
        let season = |first: usize, days: usize| {
            let positions = (0..3).flat_map(|year| (0..days).map(move |day| year * 365 + first + day)).collect();
            let part = x.take(1, positions).unwrap();
            assert_eq!(part.dtype(), DType::Float32);
            part.reduce("mean", &[1], ReductionOptions::default()).unwrap()
        };
        check(&[season(59, 92), season(151, 92), season(243, 91)]);
        check(&[season(151, 92), season(59, 92)]);
        check(&[season(151, 92).insert_axis(0).unwrap(), season(59, 91)]);
    }
}
