//! What a session lowers plans with: the memory that persisted results leave, and, where an earlier attempt of the run has
//! left results of reductions, regions that use them.

use super::{Mode, Session};
use crate::plan::{Array, Plan, optimize};
use crate::runtime::RuntimeError;
use crate::store::UnfinishedStore;
use crate::task::{Computation, ComputationId, Goal, Partials, Resources, Skip, StageWork, TaskId, lower};
use std::sync::Arc;

/// How often memory is halved in search of the regions of an earlier attempt: one with a thousandth of it.
const MOST_HALVINGS: u32 = 10;

impl Session {
    /// Cuts the plan of some arrays into stages of tasks. What goes to a store goes to `store`, where one is given.
    ///
    /// # Errors
    /// Where an input has changed since an earlier attempt, or memory is too small.
    pub(super) fn lower(
        &self,
        arrays: &[Array],
        goals: &[Goal],
        store: Option<&UnfinishedStore>,
    ) -> Result<Arc<Computation>, RuntimeError> {
        let id = ComputationId(self.next_computation.get());
        self.next_computation.set(id.0 + 1);
        let plan = optimize(Plan::of(arrays));
        self.attempt.check_inputs(&plan)?;
        let resources = self.resources();
        let computation = lower(id, plan, goals.to_vec(), resources)?;
        let Some(partials) = self.attempt.kept_partials(&computation, goals, store) else {
            return Ok(Arc::new(computation));
        };
        Ok(Arc::new(going_on(computation, goals, resources, partials)))
    }

    /// What tasks may take beside persisted results.
    fn resources(&self) -> Resources {
        match &self.mode {
            Mode::Running(job) => {
                let mut job = job.borrow_mut();
                self.release_dropped(&mut job);
                job.resources()
            }
            Mode::Explaining { resources, .. } => *resources,
        }
    }
}

/// A computation, or the same in regions for less memory, whichever has the most done with what is kept of its reductions:
/// what an attempt with less memory has left doesn't cover larger regions. Of equal ones, that of the most memory.
fn going_on(computation: Computation, goals: &[Goal], resources: Resources, kept: Partials) -> Computation {
    let with_less = (1..=MOST_HALVINGS).map_while(|halvings| {
        let less = Resources {
            budget_bytes: resources.budget_bytes >> halvings,
            cluster_bytes: resources.cluster_bytes >> halvings,
            ..resources
        };
        lower(computation.id, computation.plan.clone(), goals.to_vec(), less).ok()
    });
    let candidates = std::iter::once(computation.clone()).chain(with_less).map(|mut candidate| {
        candidate.partials = Some(kept.clone());
        candidate
    });
    let mut best = candidates.min_by_key(elements_left).expect("there is one at least");
    best.partials = None;
    best
}

/// Elements of partial results that are still to be made with what is kept.
fn elements_left(computation: &Computation) -> usize {
    let is_kept = |task| computation.kept_parts(task).is_some();
    let skip = Skip::of(computation, &|_| false, &is_kept);
    let reducing = |id: &_| matches!(computation.stage(*id).work, StageWork::Reduce(_));
    let left_of = |stage| {
        let rest = skip.rest(stage, computation.stage(stage).task_count).into_iter().flatten();
        let left = rest.map(|index| TaskId { stage, index }).filter(|task| !is_kept(*task));
        left.map(|task| computation.region_of(task).element_count()).sum::<usize>()
    };
    computation.stage_ids().filter(reducing).map(left_of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{ArrayLocation, ChunkGrid, DType, StoredArray};
    use crate::kernels::reduction::ReductionOptions;
    use crate::task::StageId;
    use std::collections::BTreeMap;

    fn mean_in(budget_bytes: u64) -> Computation {
        let (shape, chunks) = ([640, 4_000_000], [1, 4_000_000]);
        let x = Array::stored(StoredArray {
            location: ArrayLocation { store: "/data".to_owned(), path: "x".to_owned() },
            dtype: DType::Float32,
            shape: shape.to_vec(),
            read_grid: ChunkGrid::regular(&shape, &chunks),
            write_grid: ChunkGrid::regular(&shape, &chunks),
            reads_parts: false,
            in_chunks: true,
            decode_scratch_bytes: 1000,
            fingerprint: 1,
        });
        let mean = x.reduce("mean", &[0], ReductionOptions::default()).unwrap();
        lower(ComputationId(0), Plan::of(&[mean]), vec![Goal::Collect], budget_bytes).unwrap()
    }

    #[test]
    fn what_an_attempt_with_less_memory_has_reduced_is_not_reduced_again_with_more() {
        let (before, after) = (mean_in(700 << 20), mean_in(8 << 30));
        assert!(before.stages[0].task_count > after.stages[0].task_count);
        let mut kept: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        // The runs of all kept chunks but the last.
        let last = before.stages[0].result_grid().chunk_count() - 1;
        let StageWork::Reduce(work) = &before.stages[0].work else { panic!("a mean is a reduction") };
        for index in 0..last * work.runs() {
            let name = before.partial_name(TaskId { stage: StageId(0), index }).unwrap();
            kept.entry(name.what).or_default().insert(name.region, 1000);
        }
        let partials = Partials { directory: "/run/partials".into(), kept };
        let left = |computation: &Computation| {
            let mut computation = computation.clone();
            computation.partials = Some(partials.clone());
            elements_left(&computation)
        };
        let all = 4_000_000 * work.runs() as usize;
        assert_eq!(left(&after), all);
        let resumed = going_on(after.clone(), &[Goal::Collect], Resources::from(8 << 30), partials.clone());
        assert!(left(&resumed) <= left(&before), "{} of {all}", left(&resumed));
        // Without anything kept, nothing is changed.
        let nothing = Partials { directory: "/run/partials".into(), kept: BTreeMap::new() };
        assert_eq!(going_on(after.clone(), &[Goal::Collect], Resources::from(8 << 30), nothing), after);
    }
}
