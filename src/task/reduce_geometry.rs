//! How reductions are cut into kept chunks, blocks and runs; it depends on the plan only.

use super::geometry::{
    ENOUGH_TASKS, SMALL_REGION_BYTES, chunk_bytes, depends_on_store, halve_except, join_chunks, join_small, kept_axes,
    natural_grid, reads_parts,
};
use super::pull::input_regions;
use super::selections::{selection_of, with_rows};
use crate::array::{ChunkGrid, Region};
use crate::kernels::reduction;
use crate::plan::{NodeId, Operation, Plan, Reduce};

/// Runs that a whole reduction is cut into at most, so that outstanding partial states stay few.
const MOST_RUNS: u64 = 128;
/// A partial state is at most this fraction of the data that it summarises.
const PARTIAL_SHARE: u64 = 8;
/// Bytes of a state of one kept element that runs are made for, unless it is larger: the same runs for all common
/// reductions, so that those of the same data read it together, with the same bits as apart.
const STATE_BYTES: u64 = 32;

/// How a reduction is cut into tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct ReduceGeometry {
    /// Chunks of the result.
    pub kept: ChunkGrid,
    /// Blocks of the summarised axes.
    pub blocks: ChunkGrid,
    /// Blocks that one task folds.
    pub run_length: u64,
}

impl ReduceGeometry {
    /// Whether one task summarises everything behind a kept chunk.
    pub fn is_single_run(&self) -> bool {
        self.blocks.chunk_count() <= self.run_length
    }
}

/// Kept chunks, blocks and runs of a reduction node.
pub fn reduce_geometry(plan: &Plan, id: NodeId, reduce: &Reduce) -> ReduceGeometry {
    let node = plan.node(id);
    let input = plan.node(node.inputs[0]);
    let item_bytes = input.dtype.size_bytes();
    let mut natural = natural_grid(plan, node.inputs[0]);
    for &axis in reduce.axes.iter().rev() {
        // A block of many tiny chunks costs as little as one chunk of that size.
        while natural.axes()[axis].count() > 1
            && chunk_bytes(&natural, item_bytes) < SMALL_REGION_BYTES
            && natural.chunk_count() > ENOUGH_TASKS
        {
            let mut axes = natural.axes().to_vec();
            axes[axis] = join_chunks(&axes[axis], 2);
            natural = ChunkGrid::new(axes);
        }
    }
    let natural = join_small(natural, item_bytes);
    let mut kept = kept_axes(&natural, reduce);
    let blocks = ChunkGrid::new(reduce.axes.iter().map(|&axis| natural.axes()[axis].clone()).collect());
    let selection = selection_of(plan, id);
    let state_bytes = match &selection {
        Some(selection) => selection.state_bytes(),
        None => reduction::find(&reduce.name).map_or(0, |found| found.reduction.start(input.dtype, 1).size_bytes()),
    } as u64;
    let partial_bytes = chunk_bytes(&kept, 1) * state_bytes.max(STATE_BYTES);
    let small_enough =
        (PARTIAL_SHARE * partial_bytes).div_ceil(summarised_bytes(plan, node.inputs[0], &natural).max(1));
    let few_enough = (kept.chunk_count() * blocks.chunk_count()).div_ceil(MOST_RUNS);
    let many_enough = (kept.chunk_count() * blocks.chunk_count() / (ENOUGH_TASKS / 8)).max(1);
    let run_length = small_enough.max(few_enough).min(many_enough).clamp(1, blocks.chunk_count().max(1));
    if selection.is_some() {
        return ReduceGeometry { kept: with_rows(&kept, node), blocks, run_length };
    }
    let Some(group_axis) = reduce.group_axis() else { return ReduceGeometry { kept, blocks, run_length } };
    // Groups in several chunks have few blocks each: runs over all blocks would be empty for most. And states of all
    // groups that aren't small beside what a run summarises are had once: tasks share the kept elements instead. Where
    // that would decode every chunk once for each of them, states may be larger.
    let state_share = PARTIAL_SHARE * chunk_bytes(&kept, 1) * state_bytes / 2;
    let large_enough = if reads_parts(plan, node.inputs[0]) {
        small_enough
    } else {
        state_share.div_ceil(chunk_bytes(&natural, item_bytes).max(1))
    };
    let is_heavy = large_enough > many_enough && blocks.chunk_count() > 1;
    let run_length =
        if is_heavy || kept.axes()[group_axis].count() > 1 { blocks.chunk_count().max(1) } else { run_length };
    let enough = if depends_on_store(plan, node.inputs[0]) { ENOUGH_TASKS / 8 } else { ENOUGH_TASKS };
    while is_heavy
        && kept.chunk_count() < enough
        && let Some(smaller) = halve_except(&kept, group_axis)
    {
        kept = smaller;
    }
    ReduceGeometry { kept, blocks, run_length }
}

/// Bytes that a region of a reduction's input stands for: those of the operands, where it is a product of them.
fn summarised_bytes(plan: &Plan, input: NodeId, natural: &ChunkGrid) -> u64 {
    let node = plan.node(input);
    let region = Region::whole(&natural.max_chunk_shape());
    match &node.operation {
        Operation::Contract(_) => {
            let bytes = |(id, region): (NodeId, Region)| region.element_count() * plan.node(id).dtype.size_bytes();
            input_regions(plan, node, &region).into_iter().map(bytes).sum::<usize>() as u64
        }
        _ => chunk_bytes(natural, node.dtype.size_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::reduction::ReductionOptions;
    use crate::plan::{Array, Groups};
    use crate::task::test_data::stored;

    #[test]
    fn groups_of_nothing_are_one_run() {
        let x = Array::stored(stored(&[4, 0], &[2, 1]));
        let groups = Groups { axis: 0, codes: vec![0, 0, 1, 1].into(), count: 2 };
        let mean = x.reduce_groups("mean", &[0, 1], Some(groups), ReductionOptions::default()).unwrap();
        let plan = Plan::of(&[mean]);
        let last = plan.outputs()[0];
        let Operation::Reduce(reduce) = &plan.node(last).operation else { unreachable!("it is a mean") };
        let geometry = reduce_geometry(&plan, last, reduce);
        assert_eq!((geometry.blocks.chunk_count(), geometry.run_length), (0, 1));
    }
}
