//! Upper bounds of the memory that tasks take, from the plan alone.

use super::group_chunks::blocks_of_each;
use super::passes::Pass;
use super::pull::{input_regions, is_computed_once, visit_leaves};
use super::selections::selection_of;
use super::{Stage, StageId, StageWork};
use crate::array::{AxisChunks, ChunkGrid, Region};
use crate::kernels::native;
use crate::kernels::reduction;
use crate::kernels::window::scratch_bytes;
use crate::plan::{NodeId, Operation, Plan, Reduce, SelectionPass, View, WindowSummary};
use std::collections::{BTreeMap, BTreeSet, HashSet};

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
    pub(super) fn bytes(&self, id: NodeId, region: &Region) -> u64 {
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
            Operation::Reshape(reshape) => {
                let positions = if reshape.merges { 0 } else { 2 * region.element_count() as u64 };
                2 * own + 8 * positions + self.evaluate_bytes(node.inputs[0], &reshape.largest_input(&region.shape))
            }
            Operation::Points(points) => {
                // Positions in the input and in the result of what is copied, and the points of each chunk.
                let positions = 4 * (region.element_count() + points.count()) as u64;
                let grid = &self.plan.node(node.inputs[0]).grid;
                let held = points.largest_input(&region.shape, grid);
                2 * own + 8 * positions + self.evaluate_bytes(node.inputs[0], &held)
            }
            Operation::Native(native) => {
                let inputs = input_regions(self.plan, node, region);
                let operand = |(at, (id, _)): (usize, &(NodeId, Region))| {
                    let input = self.plan.node(*id);
                    native.operand(input.dtype, &input.shape, at)
                };
                let operands: Vec<_> = inputs.iter().enumerate().map(operand).collect();
                let scratch = native::find(&native.name)
                    .map_or(0, |kernel| kernel.scratch_bytes(&operands, native.common(&region.shape)));
                own + scratch + inputs.iter().map(|(id, region)| self.evaluate_bytes(*id, region)).sum::<u64>()
            }
            Operation::Contract(contract) => own + self.product_bytes(id, contract, region),
            Operation::Concatenate { axis, .. } => {
                // One input after another, whichever the region meets.
                let of_input = |&input: &NodeId| self.evaluate_bytes(input, &self.within(input, *axis, region));
                own + node.inputs.iter().map(of_input).max().unwrap_or(0)
            }
            Operation::Window(window) => {
                let input = node.inputs[0];
                let largest = window.largest_input(&region.shape, &self.plan.node(input).shape);
                let sizes: Vec<(usize, usize)> = window.axes.iter().map(|window| (window.axis, window.size)).collect();
                let scratch = match &window.summary {
                    WindowSummary::Reduce { name, .. } => {
                        scratch_bytes(name, self.plan.node(input).dtype, &largest.shape, &sizes)
                    }
                    _ => 16 * sizes.iter().map(|(_, size)| *size as u64).product::<u64>(),
                };
                // Values and results of a slab stand beside all of them.
                3 * own + scratch + self.evaluate_bytes(input, &largest)
            }
            Operation::Scan(_) => {
                let (input, region) = input_regions(self.plan, node, region).remove(0);
                let scanned = region.element_count() as u64 * node.dtype.size_bytes() as u64;
                own + scanned + self.evaluate_bytes(input, &region)
            }
            Operation::Selected { .. } => {
                let (input, region) = input_regions(self.plan, node, region).remove(0);
                3 * own + self.evaluate_bytes(input, &region)
            }
            Operation::Quantile(quantile) => {
                let held = region.clone();
                let (input, mut region) = input_regions(self.plan, node, region).remove(0);
                if let Some(groups) = &quantile.groups {
                    // Other groups may lie farther apart.
                    let place = quantile.kept_axes(region.ndim()).iter().position(|axis| *axis == groups.axis);
                    region.start[groups.axis] = 0;
                    region.shape[groups.axis] = groups.most_positions(held.shape[1 + place.unwrap_or(0)]);
                }
                let summarised = quantile.axes.iter().map(|&axis| region.shape[axis]).product();
                let scratch = crate::kernels::quantile::scratch_bytes(self.plan.node(input).dtype, summarised) as u64;
                // Quantiles are float64 before they are the result's dtype.
                3 * own + scratch + self.evaluate_bytes(input, &region)
            }
            Operation::Reduce(_) => {
                let blocks = &self.blocks[&id];
                let gathered_bytes = self.gathered_behind(&[id], region, blocks, blocks.chunk_count());
                own + self.reduce_bytes(&[id], region, blocks) + gathered_bytes
            }
            _ => own + self.strip_bytes(&[id], region),
        }
    }

    /// Most bytes held while strips over a region of some nodes are evaluated together, without a result.
    fn strip_bytes(&self, ids: &[NodeId], region: &Region) -> u64 {
        let mut leaves = HashSet::new();
        let whole = |id: NodeId| View::identity(&self.plan.node(id).shape);
        let mut pending: Vec<_> = ids.iter().map(|&id| (id, region.clone(), whole(id))).collect();
        let mut seen = HashSet::new();
        while let Some((id, region, view)) = pending.pop() {
            if !seen.insert((id, region.clone(), view.clone())) {
                continue;
            }
            let node = self.plan.node(id);
            if let Operation::Take { .. } = &node.operation
                && !view.is_diagonal()
                && !self.materialised.contains_key(&id)
            {
                // Gathered as strips are loaded, from the region that holds what is gathered.
                leaves.extend(input_regions(self.plan, node, &region));
                continue;
            }
            let fused = matches!(
                node.operation,
                Operation::Unary(_)
                    | Operation::Binary(_)
                    | Operation::Select
                    | Operation::Cast
                    | Operation::View(_)
                    | Operation::Rechunk
            );
            if fused && !self.materialised.contains_key(&id) && !is_computed_once(node, &view) {
                let view = match &node.operation {
                    Operation::View(own) => own.then(&view),
                    _ => view,
                };
                let inputs = input_regions(self.plan, node, &region);
                pending.extend(inputs.into_iter().map(|(input, region)| (input, region, view.clone())));
            } else if !matches!(node.operation, Operation::Generated(_)) {
                leaves.insert((id, region));
            }
        }
        let held: u64 = leaves.iter().map(|(id, region)| self.bytes(*id, region)).sum();
        let extra = leaves.iter().map(|(id, region)| self.evaluate_bytes(*id, region) - self.bytes(*id, region)).max();
        held + extra.unwrap_or(0) + REGISTER_BYTES
    }

    /// A region of an input of a concatenation as large as any that a region like this meets.
    fn within(&self, input: NodeId, axis: usize, region: &Region) -> Region {
        let mut ranges = region.ranges();
        ranges[axis] = 0..region.shape[axis].min(self.plan.node(input).shape[axis]);
        Region::from_ranges(ranges)
    }

    /// Most bytes held while the blocks behind a kept region are folded into reductions of the same axes: the states and
    /// the largest block.
    pub fn reduce_bytes(&self, ids: &[NodeId], kept: &Region, blocks: &ChunkGrid) -> u64 {
        let mut inputs: Vec<NodeId> = ids.iter().map(|&id| self.plan.node(id).inputs[0]).collect();
        inputs.sort_unstable();
        inputs.dedup();
        let Some(reduce) = ids.first().and_then(|&id| self.reduce_of(id)) else { return 0 };
        let block = self.largest_block(inputs[0], kept, reduce, blocks);
        self.state_bytes(ids, kept) + self.strip_bytes(&inputs, &block)
    }

    /// A region of a reduction's input as large as any block behind a kept region.
    fn largest_block(&self, input: NodeId, kept: &Region, reduce: &Reduce, blocks: &ChunkGrid) -> Region {
        let shape = &self.plan.node(input).shape;
        let mut ranges = Region::whole(shape).ranges();
        for (&axis, length) in reduce.axes.iter().zip(blocks.max_chunk_shape()) {
            ranges[axis] = 0..length.min(shape[axis]);
        }
        for (range, axis) in kept.ranges().into_iter().zip(reduce.result_axes(ranges.len())) {
            if !reduce.axes.contains(&axis) {
                ranges[axis] = range;
            }
        }
        Region::from_ranges(ranges)
    }

    /// Bytes of the states of reductions of a kept region.
    pub fn state_bytes(&self, ids: &[NodeId], kept: &Region) -> u64 {
        if let Some(selection) = ids.first().and_then(|&id| selection_of(self.plan, id)) {
            let rows = kept.element_count() / kept.shape.last().map_or(1, |&length| length.max(1));
            return rows as u64 * selection.state_bytes() as u64;
        }
        let of_one_element = |&id: &NodeId| {
            let dtype = self.plan.node(self.plan.node(id).inputs[0]).dtype;
            let found = self.reduce_of(id).and_then(|reduce| reduction::find(&reduce.name).ok());
            found.map_or(24, |found| found.reduction.start(dtype, 1).size_bytes() as u64)
        };
        kept.element_count() as u64 * ids.iter().map(of_one_element).sum::<u64>()
    }

    fn reduce_of(&self, id: NodeId) -> Option<&Reduce> {
        match &self.plan.node(id).operation {
            Operation::Reduce(reduce) | Operation::SelectionPass(SelectionPass { reduce, .. }) => Some(reduce),
            _ => None,
        }
    }

    /// Bytes that a pass over the blocks of reductions takes for its largest kept chunk, beside what
    /// [`gathered_bytes`](Self::gathered_bytes) counts.
    pub fn pass_bytes(&self, pass: &Pass) -> u64 {
        let kept = largest_region(&pass.geometry.kept);
        let results: u64 = pass.nodes.iter().map(|&id| self.bytes(id, &kept)).sum();
        results + self.reduce_bytes(&pass.nodes, &kept, &pass.geometry.blocks)
    }

    /// Bytes of earlier tasks' results that a task of a pass has at hand before it starts: of all blocks of its run but
    /// one, which [`pass_bytes`](Self::pass_bytes) counts.
    pub fn gathered_bytes(&self, pass: &Pass) -> u64 {
        let geometry = &pass.geometry;
        self.gathered_behind(&pass.nodes, &largest_region(&geometry.kept), &geometry.blocks, geometry.run_length)
    }

    /// The same of reductions that a task folds over runs of this length.
    fn gathered_behind(&self, ids: &[NodeId], kept: &Region, blocks: &ChunkGrid, run_length: u64) -> u64 {
        let Some(reduce) = ids.first().and_then(|&id| self.reduce_of(id)) else { return 0 };
        let inputs: BTreeSet<NodeId> = ids.iter().map(|&id| self.plan.node(id).inputs[0]).collect();
        let other_blocks = run_length.min(most_blocks(reduce, kept, blocks)).saturating_sub(1);
        let mut gathered = BTreeMap::new();
        for input in inputs {
            let block = self.largest_block(input, kept, reduce, blocks);
            self.visit_leaves_anywhere(input, block, &mut |leaf, region| {
                if self.is_gathered(leaf) {
                    let most = self.bytes(leaf, &Region::whole(&self.plan.node(leaf).shape));
                    let bytes = gathered.entry(leaf).or_insert(0);
                    *bytes = most.min(*bytes + other_blocks * self.bytes(leaf, region));
                }
            });
        }
        gathered.into_values().sum()
    }

    /// Calls `visit` for each leaf that a region of this shape may pull, wherever it lies: of a concatenation, of each
    /// input.
    fn visit_leaves_anywhere(&self, root: NodeId, region: Region, visit: &mut dyn FnMut(NodeId, &Region)) {
        let is_concatenation = |id: &NodeId| matches!(self.plan.node(*id).operation, Operation::Concatenate { .. });
        let stops = self.plan.ids().filter(is_concatenation).map(|id| (id, StageId(u16::MAX)));
        let stops: BTreeMap<NodeId, StageId> =
            stops.chain(self.materialised.iter().map(|(id, stage)| (*id, *stage))).collect();
        let mut pending = vec![(root, region)];
        while let Some((root, region)) = pending.pop() {
            visit_leaves(self.plan, self.blocks, &stops, root, region, &mut |leaf, region| match &self
                .plan
                .node(leaf)
                .operation
            {
                Operation::Concatenate { axis, .. } if !self.materialised.contains_key(&leaf) => {
                    let inputs = &self.plan.node(leaf).inputs;
                    pending.extend(inputs.iter().map(|&input| (input, self.within(input, *axis, region))));
                }
                _ => visit(leaf, region),
            });
        }
    }

    /// Whether a node's values are put together from results of earlier tasks, of any size.
    pub(super) fn is_gathered(&self, id: NodeId) -> bool {
        match self.materialised.get(&id) {
            Some(stage) => matches!(self.stages[stage.0 as usize].work, StageWork::Produce { .. }),
            None => matches!(self.plan.node(id).operation, Operation::Persisted(_)),
        }
    }
}

/// How many blocks have something for a kept region of this shape, wherever it lies.
fn most_blocks(reduce: &Reduce, kept: &Region, blocks: &ChunkGrid) -> u64 {
    let Some((groups, axis)) = reduce.groups.as_ref().zip(reduce.group_axis()) else { return blocks.chunk_count() };
    let Some(position) = reduce.axes.iter().position(|axis| *axis == groups.axis) else { return blocks.chunk_count() };
    let (along, held) = (&blocks.axes()[position], AxisChunks::regular(groups.count, kept.shape[axis].max(1)));
    let others = blocks.chunk_count() / (along.count() as u64).max(1);
    others * blocks_of_each(along, groups, &held).into_iter().max().unwrap_or(0)
}

/// A region of the shape of a grid's largest chunk, at the start of the array.
pub fn largest_region(grid: &ChunkGrid) -> Region {
    let shape = grid.max_chunk_shape().into_iter().zip(grid.shape()).map(|(size, length)| size.min(length));
    Region::whole(&shape.collect::<Vec<_>>())
}
