//! Upper bounds of the memory that tasks take, from the plan alone.

use super::geometry::ReduceGeometry;
use super::pull::{expand, input_regions};
use super::{Stage, StageId, StageWork};
use crate::array::{ChunkGrid, Region};
use crate::kernels::reduction;
use crate::plan::{NodeId, Operation, Plan, Reduce};
use std::collections::{BTreeMap, HashSet};

/// Bytes of the strip registers of one task: some tens of strips of a few thousand values.
const REGISTER_BYTES: u64 = 2 << 20;

/// Works out how many bytes evaluating a region takes. The executor holds exactly what is counted here.
#[derive(Debug)]
pub struct MemoryProjection<'a> {
    pub(super) plan: &'a Plan,
    pub(super) materialised: &'a BTreeMap<NodeId, StageId>,
    pub(super) stages: &'a [Stage],
    pub(super) blocks: &'a BTreeMap<NodeId, ChunkGrid>,
}

impl MemoryProjection<'_> {
    fn bytes(&self, id: NodeId, region: &Region) -> u64 {
        region.element_count() as u64 * self.plan.node(id).dtype.size_bytes() as u64
    }

    /// Most bytes held at one time while a region of a node is evaluated, its values included.
    pub fn evaluate_bytes(&self, id: NodeId, region: &Region) -> u64 {
        let node = self.plan.node(id);
        let own = self.bytes(id, region);
        if let Some(stage) = self.materialised.get(&id) {
            let stage = &self.stages[stage.0 as usize];
            return match stage.work {
                // The parts that it is put together from, as messages and as values, and the region itself.
                StageWork::Produce { .. } => 3 * own,
                // The kept chunks, and the region assembled from them.
                _ => 2 * own + self.bytes(id, &largest_region(stage.result_grid())),
            };
        }
        match &node.operation {
            Operation::Stored(source) => own + source.decode_scratch_bytes as u64,
            Operation::Persisted(_) => 3 * own,
            Operation::InMemory(_) => own,
            Operation::Rechunk => self.evaluate_bytes(node.inputs[0], region),
            Operation::Take { .. } => {
                let inputs = input_regions(self.plan, node, region);
                own + inputs.iter().map(|(input, region)| self.evaluate_bytes(*input, region)).sum::<u64>()
            }
            Operation::Reduce(reduce) => own + self.reduce_bytes(id, reduce, region, &self.blocks[&id]),
            _ => own + self.strip_bytes(id, region),
        }
    }

    /// Most bytes held while strips over a region of a node are evaluated, without a result.
    fn strip_bytes(&self, id: NodeId, region: &Region) -> u64 {
        let mut leaves = HashSet::new();
        let mut pending = vec![(id, region.clone())];
        let mut seen = HashSet::new();
        while let Some((id, region)) = pending.pop() {
            if !seen.insert((id, region.clone())) {
                continue;
            }
            let node = self.plan.node(id);
            let fused = matches!(
                node.operation,
                Operation::Unary(_)
                    | Operation::Binary(_)
                    | Operation::Select
                    | Operation::Cast
                    | Operation::View(_)
                    | Operation::Rechunk
            );
            if fused && !self.materialised.contains_key(&id) {
                pending.extend(input_regions(self.plan, node, &region));
            } else if !matches!(node.operation, Operation::Generated(_)) {
                leaves.insert((id, region));
            }
        }
        let held: u64 = leaves.iter().map(|(id, region)| self.bytes(*id, region)).sum();
        let extra = leaves.iter().map(|(id, region)| self.evaluate_bytes(*id, region) - self.bytes(*id, region)).max();
        held + extra.unwrap_or(0) + REGISTER_BYTES
    }

    /// Most bytes held while the blocks behind a kept region are folded: the state and the largest block.
    pub fn reduce_bytes(&self, id: NodeId, reduce: &Reduce, kept: &Region, blocks: &ChunkGrid) -> u64 {
        let input_id = self.plan.node(id).inputs[0];
        let input = self.plan.node(input_id);
        let state =
            reduction::find(&reduce.name).map_or(24, |found| found.reduction.start(input.dtype, 1).size_bytes() as u64);
        let mut ranges = Region::whole(&input.shape).ranges();
        for (&axis, length) in reduce.axes.iter().zip(blocks.max_chunk_shape()) {
            ranges[axis] = 0..length.min(input.shape[axis]);
        }
        let block = expand(kept, &reduce.axes, &ranges);
        kept.element_count() as u64 * state + self.strip_bytes(input_id, &block)
    }

    /// Bytes that a reduction takes for its largest kept chunk.
    pub fn reduction_task_bytes(&self, id: NodeId, reduce: &Reduce, geometry: &ReduceGeometry) -> u64 {
        let kept = largest_region(&geometry.kept);
        self.bytes(id, &kept) + self.reduce_bytes(id, reduce, &kept, &geometry.blocks)
    }
}

/// A region of the shape of a grid's largest chunk, at the start of the array.
pub fn largest_region(grid: &ChunkGrid) -> Region {
    let shape = grid.max_chunk_shape().into_iter().zip(grid.shape()).map(|(size, length)| size.min(length));
    Region::whole(&shape.collect::<Vec<_>>())
}
