//! Products of matrices as tasks: each computes a region of the result from blocks of what is summed, one after the other.
//!
//! Regions are split along axes of the result, which changes no bit; the blocks follow the stored chunks and are the same in
//! any memory. The larger the regions, the fewer tasks read the same of an operand.

use super::geometry::{free_grid, halve_longest, join_chunks, natural_grid, reads_parts};
use super::lower::Lowering;
use super::memory::{MemoryProjection, largest_region};
use super::pull::visit_leaves;
use super::{Demand, StageOutput, TaskError};
use crate::array::{AxisChunks, ChunkGrid, Region};
use crate::kernels::product::PANEL_BYTES;
use crate::plan::{Contract, NodeId, Operation, Plan};
use std::collections::{BTreeMap, BTreeSet};

/// Tasks of a product at least, where its regions aren't small.
const ENOUGH_TASKS: u64 = 16;
/// Regions are joined while there are more tasks than this.
const MANY_TASKS: u64 = 128;
/// Regions of fewer elements than this aren't split for more tasks.
const SMALL_REGION: u64 = 128 * 128;
/// Regions are joined up to about this size.
const REGION_BYTES: u64 = 32 << 20;
/// Blocks of what is summed are at least as long, so that their sums aren't mostly overhead.
const SHORT_BLOCK: usize = 256;
/// Blocks of what is read in parts are at most as long.
const LONG_BLOCK: usize = 2048;

/// Regions of a product's result, from those in which its operands come cheapest.
pub fn product_grid(contract: &Contract, left: &ChunkGrid, right: &ChunkGrid, item_bytes: usize) -> ChunkGrid {
    let mut grid = contract.output_grid(left, right);
    let elements = |grid: &ChunkGrid| grid.max_chunk_shape().iter().map(|&length| length as u64).product::<u64>();
    while grid.chunk_count() < ENOUGH_TASKS && elements(&grid) > SMALL_REGION {
        let Some(halved) = halve_longest(&grid, None) else { break };
        grid = halved;
    }
    while grid.chunk_count() > MANY_TASKS && elements(&grid) * item_bytes as u64 * 2 <= REGION_BYTES {
        let axes = grid.axes();
        let may_join = |&axis: &usize| axis != contract.batch && axes[axis].count() > 1;
        let Some(axis) = (0..axes.len()).filter(may_join).min_by_key(|&axis| axes[axis].max_size()) else { break };
        let mut axes = axes.to_vec();
        axes[axis] = join_chunks(&axes[axis], 2);
        grid = ChunkGrid::new(axes);
    }
    grid
}

/// Blocks of the summed axes of every product in a plan.
pub fn product_blocks(plan: &Plan) -> impl Iterator<Item = (NodeId, ChunkGrid)> {
    plan.ids().filter_map(|id| {
        let Operation::Contract(contract) = &plan.node(id).operation else { return None };
        let [left, right] = [0, 1].map(|position| plan.node(id).inputs[position]);
        let blocks = contract.blocks(&natural_grid(plan, left), &natural_grid(plan, right));
        let in_parts = reads_parts(plan, left) && reads_parts(plan, right);
        let last = blocks.ndim().saturating_sub(1);
        let sized = |(axis, chunks): (usize, &AxisChunks)| match axis == last {
            true if chunks.max_size() < SHORT_BLOCK => join_chunks(chunks, SHORT_BLOCK.div_ceil(chunks.max_size())),
            true if in_parts && chunks.max_size() > LONG_BLOCK => chunks.split(LONG_BLOCK),
            _ => chunks.clone(),
        };
        Some((id, ChunkGrid::new(blocks.axes().iter().enumerate().map(sized).collect())))
    })
}

/// Products of which every element is wanted once, by an output or a reduction: they need no stage of their own.
pub(super) fn wanted_once(plan: &Plan) -> BTreeSet<NodeId> {
    let uses = plan.use_counts();
    let reduced = plan.nodes().iter().filter(|node| matches!(node.operation, Operation::Reduce(_)));
    let mut pending: Vec<NodeId> = plan.outputs().iter().copied().chain(reduced.map(|node| node.inputs[0])).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = pending.pop() {
        let node = plan.node(id);
        if uses[id.0 as usize] != 1 {
            continue;
        }
        match &node.operation {
            Operation::Contract(_) => drop(found.insert(id)),
            Operation::Unary(_) | Operation::Binary(_) | Operation::Select | Operation::Cast | Operation::Rechunk => {
                pending.extend(&node.inputs);
            }
            Operation::View(view) if view.repeats() <= 1 => pending.extend(&node.inputs),
            _ => {}
        }
    }
    found
}

/// Whether a product is computed below a node, by tasks that don't find it among earlier results.
pub fn has_product(plan: &Plan, materialised: &BTreeMap<NodeId, super::StageId>, root: NodeId) -> bool {
    let mut pending = vec![root];
    let mut seen = BTreeSet::new();
    while let Some(id) = pending.pop() {
        if materialised.contains_key(&id) || !seen.insert(id) {
            continue;
        }
        if matches!(plan.node(id).operation, Operation::Contract(_)) {
            return true;
        }
        pending.extend(&plan.node(id).inputs);
    }
    false
}

impl Lowering {
    /// The stage that materialises a product which is wanted more than once.
    pub(super) fn add_product(&mut self, node: NodeId) -> Result<(), TaskError> {
        let whole = Region::whole(&self.computation.plan.node(node).shape);
        self.forget_uncovered(node, &whole);
        let grid = self.fit(node, free_grid(&self.computation.plan, node), None)?;
        let demand = Demand::of_grid(node, &grid);
        let task_bytes = self.projection().evaluate_bytes(node, &largest_region(&grid));
        self.materialise_for(&demand, task_bytes)?;
        let grid = self.fit(node, grid, None)?;
        let stage = self.push_producer(node, grid, StageOutput::Keep, "product".to_owned());
        self.materialised.insert(node, stage);
        Ok(())
    }
}

impl MemoryProjection<'_> {
    /// Most bytes held while a region of a product is computed, but for the region: a block of each operand and panels of
    /// them, and what earlier tasks left of all blocks.
    pub(super) fn product_bytes(&self, id: NodeId, contract: &Contract, region: &Region) -> u64 {
        let node = self.plan.node(id);
        let left_shape = &self.plan.node(node.inputs[0]).shape;
        let lengths = contract.summed_lengths(left_shape);
        let largest = self.blocks[&id].max_chunk_shape();
        let block = Region::whole(&largest.iter().zip(lengths).map(|(a, b)| *a.min(b)).collect::<Vec<_>>());
        let whole = contract.summed(0..contract.runs.count(), lengths);
        let behind = |block: &Region| node.inputs.iter().copied().zip(contract.input_regions(region, block));
        let blocks: u64 = behind(&block).map(|(input, region)| self.evaluate_bytes(input, &region)).sum();
        let mut gathered = BTreeMap::new();
        for (input, region) in behind(&whole) {
            visit_leaves(self.plan, self.blocks, self.materialised, input, region, &mut |leaf, region| {
                if self.is_gathered(leaf) {
                    let most = self.bytes(leaf, &Region::whole(&self.plan.node(leaf).shape));
                    let bytes: &mut u64 = gathered.entry(leaf).or_insert(0);
                    *bytes = most.min(*bytes + self.bytes(leaf, region));
                }
            });
        }
        blocks + PANEL_BYTES + gathered.into_values().sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{DType, StoredArray};
    use crate::plan::Array;
    use crate::task::test_data::stored;
    use crate::task::{Computation, ComputationId, Goal, Resources, StageWork, lower};

    fn product() -> Array {
        let operands = ["x", "y"].map(|_| Array::stored(stored(&[8000, 8000], &[1000, 1000])));
        let [x, y] = operands;
        let y = y.transpose(&[1, 0]).unwrap();
        Array::contract(&[(x, vec!['i', 'k']), (y, vec!['k', 'j'])], &['i', 'j']).unwrap()
    }

    fn written(array: &Array, resources: impl Into<Resources>) -> Result<Computation, TaskError> {
        let target = StoredArray { dtype: array.dtype(), ..stored(array.shape(), &[500, 500]) };
        lower(ComputationId(0), Plan::of(std::slice::from_ref(array)), vec![Goal::Write(target)], resources)
    }

    #[test]
    fn a_product_is_computed_in_regions_that_fit_and_blocks_that_memory_does_not_change() {
        let roomy = written(&product(), 16 << 30).unwrap();
        // Both operands are one stored array.
        assert_eq!(roomy.stages.len(), 2, "operands that fit are decoded once");
        let tight = written(&product(), 24 << 20).unwrap();
        assert_eq!(roomy.blocks, tight.blocks);
        let regions = |computation: &Computation| computation.stages.last().unwrap().task_count;
        assert!(regions(&tight) > 64, "{}", regions(&tight));
        assert_eq!(tight.stages.len(), 1, "operands that don't fit are read again");
        assert!(tight.stages.iter().all(|stage| stage.task_bytes <= 24 << 20));
    }

    #[test]
    fn a_product_that_is_wanted_again_has_a_stage() {
        let once = product();
        let square = Array::contract(&[(once.clone(), vec!['i', 'k']), (once, vec!['k', 'j'])], &['i', 'j']).unwrap();
        let computation = written(&square, 16 << 30).unwrap();
        let names: Vec<&str> = computation.stages.iter().map(|stage| stage.name.as_str()).collect();
        assert_eq!(names[names.len() - 2..], ["product", "write x"], "{names:?}");
        let last = computation.stages.last().unwrap();
        assert!(matches!(last.work, StageWork::Produce { .. }) && !last.reads.is_empty());
    }

    #[test]
    fn few_chunks_are_split_for_many_tasks() {
        let [x, y] = [0, 1].map(|_| {
            Array::generated(
                crate::kernels::generate::Generator::Full(crate::array::Scalar::Float(1.0)),
                DType::Float64,
                ChunkGrid::single(&[4000, 4000]),
            )
        });
        let product = Array::contract(&[(x, vec!['i', 'k']), (y, vec!['k', 'j'])], &['i', 'j']).unwrap();
        let goals = vec![Goal::Collect];
        let computation = lower(ComputationId(0), Plan::of(&[product]), goals, 16 << 30).unwrap();
        assert!(computation.stages[0].task_count >= ENOUGH_TASKS);
        let blocks = computation.blocks.values().next().unwrap();
        assert_eq!(blocks.max_chunk_shape(), [LONG_BLOCK]);
    }
}
