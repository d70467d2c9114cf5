//! Stored arrays that several stages decode: where memory holds their values beside the tasks, a stage before decodes
//! them once, and the others read what it leaves.

use super::geometry::source_grid;
use super::lower::Lowering;
use super::materialise::{MOST_DECODINGS, decoded_chunks};
use super::memory::largest_region;
use super::pull::{reduced_inputs, stored_bounds};
use super::selections::selection_of;
use super::waves::mebibytes;
use super::{Computation, Resources, Stage, StageWork, TaskError};
use crate::array::{Region, StoredArray};
use crate::plan::{NodeId, Operation};
use std::collections::BTreeMap;

/// Arrays with less than this share of what is decoded aren't worth a stage.
const NEGLIGIBLE_SHARE: f64 = 0.05;

/// A stored array that several stages decode.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SharedSource {
    node: NodeId,
    /// All that they read of it.
    part: Region,
    /// Bytes of its values.
    bytes: u64,
    /// How often each of its chunks is decoded by them, in the mean.
    decoded_times: f64,
}

/// What the stages of a computation read of a stored array.
struct Reading<'a> {
    source: &'a StoredArray,
    bound: Region,
    decoded: f64,
}

impl Reading<'_> {
    fn wanted(&self) -> f64 {
        decoded_chunks(self.source, &self.bound)
    }

    fn times(&self) -> f64 {
        self.decoded / self.wanted().max(1.0)
    }

    fn wasted_bytes(&self) -> f64 {
        let chunk = largest_region(&self.source.read_grid);
        (self.decoded - self.wanted()) * (chunk.element_count() * self.source.dtype.size_bytes()) as f64
    }
}

/// The stored arrays that the tasks of a stage decode, with the part of each that they read together.
fn stored_parts<'a>(computation: &'a Computation, stage: &Stage) -> Vec<(NodeId, &'a StoredArray, Region)> {
    let Computation { plan, blocks, .. } = computation;
    let (nodes, region) = match &stage.work {
        StageWork::Produce { node, grid, origin } => (vec![*node], Region::whole(&grid.shape()).offset_by(origin)),
        StageWork::Reduce(work) => {
            let inputs = reduced_inputs(plan, &work.nodes);
            let whole = Region::whole(&plan.node(inputs[0]).shape);
            (inputs, whole)
        }
        StageWork::Merge(_) => return Vec::new(),
    };
    let of_leaf = |(leaf, bound)| match &plan.node(leaf).operation {
        Operation::Stored(source) => (leaf, source, bound),
        other => unreachable!("only stored arrays are visited, not {other:?}"),
    };
    stored_bounds(plan, blocks, &stage.reads, &nodes, &region).into_iter().map(of_leaf).collect()
}

/// Raw bytes that the stages of a computation read from stores.
pub(super) fn read_bytes(computation: &Computation) -> u64 {
    computation.stages.iter().map(|stage| stage.read_bytes).sum()
}

impl Lowering {
    /// The stored arrays that stages decode again, each stage on its own about once, and for whose values there is room in
    /// memory beside other results: those first of which keeping a byte spares most. None where a quantile is
    /// selected in passes, whose states take what room there is.
    pub(super) fn decoded_again(&self) -> Vec<SharedSource> {
        let computation = &self.computation;
        let is_selected =
            |stage: &Stage| stage.nodes().iter().any(|&node| selection_of(&computation.plan, node).is_some());
        if computation.stages.iter().any(is_selected) {
            return Vec::new();
        }
        let mut readings: BTreeMap<NodeId, Reading<'_>> = BTreeMap::new();
        for stage in &computation.stages {
            for (node, source, bound) in stored_parts(computation, stage) {
                let decoded = decoded_chunks(source, &bound);
                let one =
                    readings.entry(node).or_insert_with(|| Reading { source, bound: bound.clone(), decoded: 0.0 });
                one.bound = one.bound.bounding(&bound);
                one.decoded += decoded;
            }
        }
        let wasted_bytes: f64 = readings.values().map(Reading::wasted_bytes).filter(|bytes| *bytes > 0.0).sum();
        let mut shared: Vec<SharedSource> = readings
            .iter()
            .filter(|(_, reading)| !reading.source.reads_parts && reading.times() > MOST_DECODINGS)
            .filter(|(_, reading)| reading.wasted_bytes() >= NEGLIGIBLE_SHARE * wasted_bytes)
            .map(|(node, reading)| SharedSource {
                node: *node,
                part: reading.bound.clone(),
                bytes: (reading.bound.element_count() * reading.source.dtype.size_bytes()) as u64,
                decoded_times: reading.times(),
            })
            .collect();
        shared.sort_by(|a, b| b.decoded_times.total_cmp(&a.decoded_times));
        let task_bytes = computation.stages.iter().map(|stage| stage.task_bytes).max().unwrap_or(0);
        let memory = Resources { scratch_bytes: 0, ..self.resources };
        let kept = computation.stage_ids().filter(|id| computation.stage(*id).is_kept());
        let mut kept_bytes: u64 = kept.map(|id| self.kept_bytes_of(id)).sum();
        shared.retain(|source| {
            let chunk = largest_region(&source_grid(&computation.plan, source.node, &source.part));
            let result_bytes = source.bytes / source.part.element_count().max(1) as u64 * chunk.element_count() as u64;
            let room = memory.room_beside(task_bytes, result_bytes).min(memory.room_for_results(task_bytes));
            let fits = kept_bytes + source.bytes <= room;
            kept_bytes += if fits { source.bytes } else { 0 };
            fits
        });
        shared
    }

    /// Adds the stages that decode arrays for all stages to come.
    pub(super) fn add_shared(&mut self, sources: &[SharedSource]) -> Result<(), TaskError> {
        for SharedSource { node, part, bytes, decoded_times } in sources {
            let case = format!("stages to come would decode each stored chunk {decoded_times:.1} times");
            self.kept_bytes += bytes;
            self.add_source(*node, part, "decode", format!("{case}; {} to keep", mebibytes(*bytes)))?;
            self.shared.insert(*node, *bytes);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::array::StoredArray;
    use crate::kernels::elementwise::BinaryOp;
    use crate::kernels::reduction::ReductionOptions;
    use crate::plan::{Array, AxisSlice, Plan};
    use crate::task::test_data::stored;
    use crate::task::{Computation, ComputationId, Goal, StageWork, lower};

    const SHAPE: [usize; 3] = [5760, 192, 288];

    fn cube() -> StoredArray {
        stored(&SHAPE, &[240, 192, 288])
    }

    /// The mean over time of what is left of an array without its mean over time.
    fn anomaly(x: &Array) -> Array {
        let mean = |x: &Array| x.reduce("mean", &[0], ReductionOptions::default()).unwrap();
        let repeated = mean(x).insert_axis(0).unwrap().broadcast_to(x.shape()).unwrap();
        mean(&x.binary(BinaryOp::Subtract, &repeated).unwrap())
    }

    fn lowered(array: &Array, budget_bytes: u64) -> Computation {
        lower(ComputationId(0), Plan::of(std::slice::from_ref(array)), vec![Goal::Collect], budget_bytes).unwrap()
    }

    /// Raw bytes that stages read of the cube, in cubes.
    fn cubes_read(computation: &Computation) -> f64 {
        super::read_bytes(computation) as f64 / (SHAPE.iter().product::<usize>() * size_of::<f32>()) as f64
    }

    #[test]
    fn what_two_stages_read_is_decoded_once_where_memory_holds_it() {
        let computation = lowered(&anomaly(&Array::stored(cube())), 8 << 30);
        assert_eq!(cubes_read(&computation), 1.0);
        assert!(matches!(computation.stages[0].work, StageWork::Produce { .. }));
        assert_eq!(computation.stages[0].task_count, 24);
    }

    #[test]
    fn what_memory_does_not_hold_is_decoded_again() {
        assert_eq!(cubes_read(&lowered(&anomaly(&Array::stored(cube())), 1 << 30)), 2.0);
    }

    #[test]
    fn values_that_lie_as_they_are_are_read_again() {
        let raw = StoredArray { reads_parts: true, ..cube() };
        assert_eq!(cubes_read(&lowered(&anomaly(&Array::stored(raw)), 8 << 30)), 2.0);
    }

    #[test]
    fn a_part_serves_all_stages_that_read_it() {
        let days = AxisSlice { start: 240, step: 1, count: 4560 };
        let x = Array::stored(cube()).slice(&[days, AxisSlice::whole(192), AxisSlice::whole(288)]).unwrap();
        let computation = lowered(&anomaly(&x), 8 << 30);
        assert_eq!(cubes_read(&computation), 4560.0 / 5760.0);
    }
}
