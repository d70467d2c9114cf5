//! Which regions tasks work on. They follow the stored chunks, so that each is decoded once, and depend on the plan
//! only, so that results have the same bits on any machine.

use super::group_chunks::group_chunks;
use super::products::product_grid;
use super::selections::with_rows;
use crate::array::{AxisChunks, ChunkGrid, Region};
use crate::plan::{Groups, NodeId, Operation, Plan, Reduce};
use std::collections::BTreeSet;

/// Regions smaller than this are joined where enough tasks remain.
pub const SMALL_REGION_BYTES: u64 = 1 << 20;
/// Regions that joining makes larger than this are left as they are.
const LARGE_REGION_BYTES: u64 = 256 << 20;
/// Regions that are materialised to be read in other ones are joined to about this size.
const SOURCE_REGION_BYTES: u64 = 8 << 20;
/// Values behind a region of quantiles, where the memory is there to cut them out of chunks.
const SMALL_QUANTILE_BYTES: u64 = 32 << 20;
/// Tasks that a stage has at least, where its data allows, so that every core of a node finds work.
pub const ENOUGH_TASKS: u64 = 64;

/// Chunks in which a node's values come cheapest: those of the stores below it, seen through views.
pub fn natural_grid(plan: &Plan, id: NodeId) -> ChunkGrid {
    let mut grids: Vec<ChunkGrid> = Vec::with_capacity(id.0 as usize + 1);
    for current in plan.ids().take(id.0 as usize + 1) {
        let node = plan.node(current);
        let input = |position: usize| &grids[node.inputs[position].0 as usize];
        let grid = match &node.operation {
            Operation::Stored(source) => source.read_grid.clone(),
            Operation::InMemory(_) | Operation::Generated(_) | Operation::Persisted(_) => node.grid.clone(),
            Operation::Unary(_) | Operation::Cast => input(0).clone(),
            Operation::Rechunk if depends_on_store(plan, current) => input(0).clone(),
            Operation::Rechunk => node.grid.clone(),
            Operation::Binary(_) | Operation::Select => {
                let first = input(0).clone();
                (1..node.inputs.len()).fold(first, |grid, position| coarser(&grid, input(position)))
            }
            Operation::View(view) => view.output_grid(input(0)),
            Operation::Take { .. } => {
                let axes = input(0).axes().iter().zip(&node.shape);
                ChunkGrid::new(
                    axes.map(|(axis, &length)| {
                        if axis.length() == length {
                            axis.clone()
                        } else {
                            AxisChunks::regular(length, axis.max_size())
                        }
                    })
                    .collect(),
                )
            }
            Operation::Reshape(reshape) => reshape.output_grid(input(0)),
            Operation::Points(points) => points.output_grid(input(0)),
            Operation::Native(native) => {
                let inputs: Vec<ChunkGrid> = (0..node.inputs.len()).map(|position| input(position).clone()).collect();
                native.output_grid(&inputs, &node.shape)
            }
            Operation::Contract(contract) => product_grid(contract, input(0), input(1), node.dtype.size_bytes()),
            Operation::Concatenate { axis, .. } => concatenated(*axis, &node.inputs, &grids),
            Operation::Reduce(reduce) => kept_axes(input(0), reduce),
            Operation::SelectionPass(pass) => with_rows(&kept_axes(input(0), &pass.reduce), node),
            Operation::Selected { .. } => {
                let kept = input(0).axes().iter().take(node.shape.len() - 1).cloned();
                ChunkGrid::new([AxisChunks::regular(node.shape[0], node.shape[0])].into_iter().chain(kept).collect())
            }
            Operation::Window(window) => window.output_grid(input(0)),
            Operation::Scan(scan) => scan.with_whole_axis(input(0)),
            Operation::Quantile(quantile) => {
                let chunks = |axis: usize| kept_chunks(&input(0).axes()[axis], axis, quantile.groups.as_ref());
                let kept = quantile.kept_axes(input(0).ndim()).into_iter().map(chunks);
                ChunkGrid::new([AxisChunks::regular(node.shape[0], node.shape[0])].into_iter().chain(kept).collect())
            }
        };
        grids.push(grid);
    }
    grids.pop().expect("a plan has the node that is asked for")
}

/// Whether a node is computed from stored or persisted data.
pub fn depends_on_store(plan: &Plan, id: NodeId) -> bool {
    let mut seen = BTreeSet::from([id]);
    let mut pending = vec![id];
    while let Some(id) = pending.pop() {
        let node = plan.node(id);
        if matches!(node.operation, Operation::Stored(_) | Operation::Persisted(_)) {
            return true;
        }
        pending.extend(node.inputs.iter().copied().filter(|input| seen.insert(*input)));
    }
    false
}

/// Whether a node is computed without decoding: a part of it costs what that part does.
pub fn reads_parts(plan: &Plan, id: NodeId) -> bool {
    let mut seen = BTreeSet::from([id]);
    let mut pending = vec![id];
    while let Some(id) = pending.pop() {
        let node = plan.node(id);
        if matches!(&node.operation, Operation::Stored(source) if !source.reads_parts) {
            return false;
        }
        pending.extend(node.inputs.iter().copied().filter(|input| seen.insert(*input)));
    }
    true
}

pub fn kept_axes(input: &ChunkGrid, reduce: &Reduce) -> ChunkGrid {
    let chunks = |axis: usize| kept_chunks(&input.axes()[axis], axis, reduce.groups.as_ref());
    ChunkGrid::new(reduce.result_axes(input.ndim()).into_iter().map(chunks).collect())
}

/// Chunks of an axis that is kept, or of the groups along it.
fn kept_chunks(blocks: &AxisChunks, axis: usize, groups: Option<&Groups>) -> AxisChunks {
    match groups {
        Some(groups) if groups.axis == axis => group_chunks(blocks, groups),
        _ => blocks.clone(),
    }
}

/// Along each axis the grid with longer chunks; one chunk along an axis is no wish where the other grid has several.
fn coarser(a: &ChunkGrid, b: &ChunkGrid) -> ChunkGrid {
    ChunkGrid::new(a.axes().iter().zip(b.axes()).map(|(a, b)| coarser_axis(a, b).clone()).collect())
}

fn coarser_axis<'a>(a: &'a AxisChunks, b: &'a AxisChunks) -> &'a AxisChunks {
    match (a.count() > 1, b.count() > 1) {
        (true, true) if b.max_size() > a.max_size() => b,
        (false, true) => b,
        _ => a,
    }
}

/// The chunks of each input along the axis of a concatenation, and the coarsest of all along the others.
fn concatenated(axis: usize, inputs: &[NodeId], grids: &[ChunkGrid]) -> ChunkGrid {
    let of = |input: &NodeId| &grids[input.0 as usize];
    let sizes: Vec<usize> = inputs.iter().flat_map(|input| of(input).axes()[axis].sizes()).collect();
    let mut axes = of(&inputs[0]).axes().to_vec();
    for (position, chosen) in axes.iter_mut().enumerate().filter(|(position, _)| *position != axis) {
        for input in inputs {
            *chosen = coarser_axis(chosen, &of(input).axes()[position]).clone();
        }
    }
    axes[axis] = AxisChunks::from_sizes(&sizes);
    ChunkGrid::new(axes)
}

/// Every `factor` consecutive chunks joined to one.
pub fn join_chunks(axis: &AxisChunks, factor: usize) -> AxisChunks {
    let factor = factor.max(1);
    match axis {
        _ if factor == 1 => axis.clone(),
        AxisChunks::Regular { length, size } => AxisChunks::regular(*length, size.saturating_mul(factor)),
        AxisChunks::Irregular { .. } => {
            let sizes = axis.sizes();
            AxisChunks::from_sizes(&sizes.chunks(factor).map(|run| run.iter().sum()).collect::<Vec<_>>())
        }
    }
}

pub fn chunk_bytes(grid: &ChunkGrid, item_bytes: usize) -> u64 {
    grid.max_chunk_shape().iter().map(|&length| length as u64).product::<u64>() * item_bytes as u64
}

/// Joins chunks, last axes first, until regions aren't small or tasks become few.
pub fn join_small(grid: ChunkGrid, item_bytes: usize) -> ChunkGrid {
    join_to(grid, item_bytes, SMALL_REGION_BYTES)
}

/// Joins chunks, last axes first, until regions have about this size or tasks become few.
fn join_to(mut grid: ChunkGrid, item_bytes: usize, region_bytes: u64) -> ChunkGrid {
    for axis in (0..grid.ndim()).rev() {
        while grid.axes()[axis].count() > 1
            && grid.chunk_count() > 2 * ENOUGH_TASKS
            && chunk_bytes(&grid, item_bytes) < region_bytes
        {
            let mut axes = grid.axes().to_vec();
            axes[axis] = join_chunks(&axes[axis], 2);
            grid = ChunkGrid::new(axes);
        }
    }
    grid
}

/// Regions for tasks that compute a node and leave it with the workers or the script.
pub fn free_grid(plan: &Plan, id: NodeId) -> ChunkGrid {
    join_small(natural_grid(plan, id), plan.node(id).dtype.size_bytes())
}

/// Regions for tasks that write a node to a store: whole chunks of `written`, joined so that a region is as long as the
/// chunks that it is read from.
pub fn write_grid(plan: &Plan, id: NodeId, written: &ChunkGrid) -> ChunkGrid {
    let natural = natural_grid(plan, id);
    let item_bytes = plan.node(id).dtype.size_bytes();
    let mut grid = written.clone();
    for axis in 0..grid.ndim() {
        let mut factor = natural.axes()[axis].max_size() / written.axes()[axis].max_size();
        if is_of_groups(plan, id, axis) {
            // One task would be all there is; apart, groups cost some chunks that are decoded twice.
            factor = factor.min(written.axes()[axis].count() / (ENOUGH_TASKS / 8) as usize);
        }
        let mut axes = grid.axes().to_vec();
        axes[axis] = join_chunks(&axes[axis], factor);
        let joined = ChunkGrid::new(axes);
        let large = chunk_bytes(&joined, item_bytes) > LARGE_REGION_BYTES;
        let few = joined.chunk_count() < ENOUGH_TASKS.min(natural.chunk_count());
        if !large && !few {
            grid = joined;
        }
    }
    join_small(grid, item_bytes)
}

fn is_of_groups(plan: &Plan, id: NodeId, axis: usize) -> bool {
    matches!(&plan.node(id).operation, Operation::Reduce(reduce) if reduce.group_axis() == Some(axis))
}

/// Regions for tasks that write a node whose values are materialised to a store: whole chunks of `written`.
pub fn gathered_grid(plan: &Plan, id: NodeId, written: &ChunkGrid) -> ChunkGrid {
    join_small(written.clone(), plan.node(id).dtype.size_bytes())
}

/// Kept regions for tasks that compute quantiles, many and small enough for every core to find work: no matter which
/// chunks they cut across.
pub fn small_grid(plan: &Plan, id: NodeId) -> ChunkGrid {
    let node = plan.node(id);
    let input = plan.node(node.inputs[0]);
    let mut grid = natural_grid(plan, id);
    let kept: usize = node.shape.iter().skip(1).product();
    let bytes_behind = input.shape.iter().product::<usize>() / kept.max(1) * input.dtype.size_bytes();
    let behind = |grid: &ChunkGrid| (grid.max_chunk_shape().iter().skip(1).product::<usize>() * bytes_behind) as u64;
    while (grid.chunk_count() < ENOUGH_TASKS && behind(&grid) > SMALL_REGION_BYTES)
        || behind(&grid) > SMALL_QUANTILE_BYTES
    {
        let mut axes = grid.axes().to_vec();
        let longest = (1..axes.len()).max_by_key(|&axis| axes[axis].max_size());
        let Some(axis) = longest.filter(|&axis| axes[axis].max_size() > 1) else { break };
        axes[axis] = axes[axis].split(axes[axis].max_size().div_ceil(2));
        grid = ChunkGrid::new(axes);
    }
    grid
}

/// Regions for tasks that materialise a part of a node: its natural ones, joined so that few results must be put
/// together.
pub fn source_grid(plan: &Plan, id: NodeId, part: &Region) -> ChunkGrid {
    let item_bytes = plan.node(id).dtype.size_bytes();
    join_to(natural_grid(plan, id).within(part), item_bytes, SOURCE_REGION_BYTES)
}

/// Regions are split along the outermost axis while it is at least as long.
const LONG_AXIS: usize = 16;
/// The grid with an axis of its regions halved, but not the one that is `left`: the outermost that is long, so that what
/// is read of a chunk lies in long runs, else the longest. `None` where nothing is left to split.
pub fn halve_except(grid: &ChunkGrid, left: usize) -> Option<ChunkGrid> {
    let size = |axis: usize| grid.axes()[axis].max_size();
    let mut others = (0..grid.ndim()).filter(|&axis| axis != left && size(axis) > 1);
    let longest = others.clone().max_by_key(|&axis| size(axis))?;
    let axis = others.find(|&axis| size(axis) >= LONG_AXIS).unwrap_or(longest);
    let mut axes = grid.axes().to_vec();
    axes[axis] = axes[axis].split(size(axis).div_ceil(2));
    Some(ChunkGrid::new(axes))
}

/// The grid with the longest axis of its regions halved; a multiple of the chunks of `smallest` where given. `None`
/// where nothing is left to split.
pub fn halve_longest(grid: &ChunkGrid, smallest: Option<&ChunkGrid>) -> Option<ChunkGrid> {
    let unit = |axis: usize| smallest.map_or(1, |grid| grid.axes()[axis].max_size());
    let can_split = |&axis: &usize| grid.axes()[axis].max_size() > unit(axis);
    let axis = (0..grid.ndim()).filter(can_split).max_by_key(|&axis| grid.axes()[axis].max_size())?;
    let mut axes = grid.axes().to_vec();
    if let Some(smallest) = smallest
        && !matches!(smallest.axes()[axis], AxisChunks::Regular { .. })
    {
        axes[axis] = smallest.axes()[axis].clone();
        return Some(ChunkGrid::new(axes));
    }
    let unit = unit(axis);
    let half = axes[axis].max_size().div_ceil(2).div_ceil(unit) * unit;
    let half = if half >= axes[axis].max_size() { unit } else { half };
    axes[axis] = axes[axis].split(half);
    Some(ChunkGrid::new(axes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{Chunk, DType, Scalar};
    use crate::kernels::elementwise::BinaryOp;
    use crate::plan::Array;

    #[test]
    fn a_value_that_is_used_twice_again_and_again_is_looked_at_once() {
        let one = Array::in_memory(Chunk::scalar(DType::Float64, &Scalar::Float(1.0)).unwrap());
        let doubled = (0..60).fold(one, |sum, _| sum.binary(BinaryOp::Add, &sum).unwrap());
        let plan = Plan::of(&[doubled]);
        let last = plan.outputs()[0];
        assert_eq!(last, NodeId(60));
        assert!(!depends_on_store(&plan, last));
    }

    #[test]
    fn regions_are_cut_along_the_outermost_long_axis() {
        let halved = |shape: &[usize], left| {
            halve_except(&ChunkGrid::regular(shape, shape), left).map(|grid| grid.max_chunk_shape())
        };
        assert_eq!(halved(&[12, 192, 288], 0), Some(vec![12, 96, 288]));
        assert_eq!(halved(&[2, 12, 1000], 1), Some(vec![2, 12, 500]));
        assert_eq!(halved(&[2, 12, 3], 1), Some(vec![2, 12, 2]));
        assert_eq!(halved(&[1, 12], 1), None);
    }
}
