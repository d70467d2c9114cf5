//! What a region of a node pulls from its inputs, down to stores and to results that earlier stages left.

use super::{Computation, ComputationId, ResultId, ResultPart, StageId, StageWork, TaskId};
use crate::array::{ChunkGrid, Region, StoredArray};
use crate::plan::{Node, NodeId, Operation, Plan, Reduce, SelectionPass, View};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

/// So many nodes are looked through one by one.
const FEW_NODES: usize = 32;
/// What is seen so often is worth a buffer of its own.
const MANY_REPEATS: usize = 8;
/// Results of fewer bytes than this are moved whole, so that a rank that has one needs not ask again.
const SMALL_RESULT_BYTES: usize = 64 << 10;

/// Kept results of a node: which they are, and which of its regions they hold.
#[derive(Debug, Clone, Copy)]
pub struct KeptResults<'a> {
    computation: ComputationId,
    stage: StageId,
    grid: &'a ChunkGrid,
    origin: Option<&'a [usize]>,
    /// Position of the node among those that the results are of.
    pub position: usize,
    /// Whether many tasks may read the same of it: reductions, whose results are small beside what they summarise.
    is_shared: bool,
}

impl KeptResults<'_> {
    /// The results that hold something of a region, and what of the region each holds.
    pub fn of(&self, region: &Region) -> Vec<(ResultId, Region)> {
        let zeros = vec![0; region.ndim()];
        let origin = self.origin.unwrap_or(&zeros);
        let sought = region.relative_to(origin);
        let common = |id: ResultId| (id, self.grid.region(id.task.index).intersect(&sought).offset_by(origin));
        self.ids(region).map(common).collect()
    }

    /// The results that hold something of a region.
    fn ids(&self, region: &Region) -> impl Iterator<Item = ResultId> {
        let found = match self.origin {
            Some(origin) => self.grid.chunks_in(&region.relative_to(origin)),
            None => self.grid.chunks_in(region),
        };
        let (computation, stage) = (self.computation, self.stage);
        found.into_iter().map(move |index| ResultId { computation, task: TaskId { stage, index } })
    }

    /// First element that a result holds.
    pub fn start(&self, result: ResultId) -> Vec<usize> {
        let held = self.grid.region(result.task.index);
        match self.origin {
            Some(origin) => held.offset_by(origin).start,
            None => held.start,
        }
    }

    /// The part of a result that holds a region: all of it, where it is small or read by many.
    fn part(&self, result: ResultId, common: &Region, item_bytes: usize) -> ResultPart {
        let held = self.grid.region(result.task.index);
        let is_whole =
            self.is_shared || held.shape == common.shape || held.element_count() * item_bytes < SMALL_RESULT_BYTES;
        ResultPart { result, region: (!is_whole).then(|| common.relative_to(&self.start(result))) }
    }
}

/// The regions of its inputs that a region of a node is computed from, in the order of the inputs; those of a concatenation
/// that the region doesn't meet are left out, and points have one a chunk of their input that they lie in.
pub fn input_regions(plan: &Plan, node: &Node, region: &Region) -> Vec<(NodeId, Region)> {
    let same = |id: &NodeId| (*id, region.clone());
    match &node.operation {
        Operation::Stored(_) | Operation::InMemory(_) | Operation::Generated(_) | Operation::Persisted(_) => Vec::new(),
        Operation::Unary(_) | Operation::Binary(_) | Operation::Select | Operation::Cast | Operation::Rechunk => {
            node.inputs.iter().map(same).collect()
        }
        Operation::View(view) => vec![(node.inputs[0], view.input_region(region))],
        Operation::Take { axis, indices } => {
            let wanted = &indices[region.range(*axis)];
            let first = wanted.iter().copied().min().unwrap_or(0);
            let end = wanted.iter().map(|index| index + 1).max().unwrap_or(0);
            let mut ranges = region.ranges();
            ranges[*axis] = first..end;
            vec![(node.inputs[0], Region::from_ranges(ranges))]
        }
        Operation::Reshape(reshape) => vec![(node.inputs[0], reshape.input_region(region))],
        Operation::Points(points) => {
            let found = points.by_chunk(region, &plan.node(node.inputs[0]).grid);
            found.into_iter().map(|one| (node.inputs[0], one.region)).collect()
        }
        Operation::Native(native) => {
            let of_input = |(at, id): (usize, &NodeId)| (*id, native.input_region(region, &plan.node(*id).shape, at));
            node.inputs.iter().enumerate().map(of_input).collect()
        }
        Operation::Contract(contract) => {
            let lengths = contract.summed_lengths(&plan.node(node.inputs[0]).shape);
            let whole = contract.summed(region.range(contract.batch), lengths);
            node.inputs.iter().copied().zip(contract.input_regions(region, &whole)).collect()
        }
        Operation::Concatenate { axis, parts } => {
            let wanted = region.range(*axis);
            let of_part = |part: usize| {
                let held = parts.range(part);
                let mut ranges = region.ranges();
                ranges[*axis] = wanted.start.max(held.start) - held.start..wanted.end.min(held.end) - held.start;
                (node.inputs[part], Region::from_ranges(ranges))
            };
            parts.chunks_of(&wanted).map(of_part).collect()
        }
        Operation::Reduce(reduce) => {
            let input = plan.node(node.inputs[0]);
            let whole = Region::whole(&input.shape);
            vec![(node.inputs[0], expand(region, reduce, &whole.ranges()))]
        }
        Operation::SelectionPass(pass) => {
            let whole = Region::whole(&plan.node(node.inputs[0]).shape);
            let values = (node.inputs[0], expand(region, &pass.reduce, &whole.ranges()));
            std::iter::once(values).chain(node.inputs.get(1).map(same)).collect()
        }
        Operation::Selected { .. } => {
            let row = plan.node(node.inputs[0]).shape.last().copied().unwrap_or(0);
            let mut ranges = region.ranges();
            ranges.remove(0);
            ranges.push(0..row);
            vec![(node.inputs[0], Region::from_ranges(ranges))]
        }
        Operation::Window(window) => {
            let input = &plan.node(node.inputs[0]).shape;
            vec![(node.inputs[0], window.input_region(region, input))]
        }
        Operation::Scan(scan) => {
            let input = &plan.node(node.inputs[0]).shape;
            vec![(node.inputs[0], scan.input_region(region, input))]
        }
        Operation::Quantile(quantile) => {
            let mut ranges = Region::whole(&plan.node(node.inputs[0]).shape).ranges();
            for (axis, range) in quantile.kept_axes(ranges.len()).into_iter().zip(region.ranges().into_iter().skip(1)) {
                ranges[axis] = match &quantile.groups {
                    Some(groups) if groups.axis == axis => {
                        groups.positions_within(ranges[axis].clone(), &range).unwrap_or(0..0)
                    }
                    _ => range,
                };
            }
            vec![(node.inputs[0], Region::from_ranges(ranges))]
        }
    }
}

/// Whether a function of elements that is seen through a view is computed once for the region that is seen, and then looked
/// up as strips are loaded, instead of again for every element that shows it.
pub fn is_computed_once(node: &Node, view: &View) -> bool {
    node.operation.is_of_elements() && view.repeats() >= MANY_REPEATS
}

/// A region of a reduction's input: the kept axes from a region of its result, the summarised ones as given (one range
/// an input axis; those of kept axes are not looked at), but for positions of groups that the region doesn't have at
/// either end of a grouped axis.
fn expand(kept: &Region, reduce: &Reduce, summarised: &[Range<usize>]) -> Region {
    let mut ranges = summarised.to_vec();
    for (range, axis) in kept.ranges().into_iter().zip(reduce.result_axes(summarised.len())) {
        ranges[axis] = match &reduce.groups {
            Some(groups) if groups.axis == axis => {
                let positions = summarised[axis].clone();
                groups.positions_within(positions.clone(), &range).unwrap_or(positions.start..positions.start)
            }
            _ => range,
        };
    }
    Region::from_ranges(ranges)
}

/// The region of a reduction's input, of this shape, that lies behind a kept region in a block of the summarised axes (one
/// range each, in the order of those axes). Empty where a grouped reduction has nothing of the kept region's groups there.
pub fn behind(kept: &Region, reduce: &Reduce, shape: &[usize], block: &Region) -> Region {
    let mut ranges = Region::whole(shape).ranges();
    for (position, &axis) in reduce.axes.iter().enumerate() {
        ranges[axis] = block.range(position);
    }
    expand(kept, reduce, &ranges)
}

/// The regions of its input from which a grouped reduction folds some blocks of the summarised axes, for a kept region:
/// those with groups of the region; neighbours are joined.
fn grouped_regions(
    reduce: &Reduce,
    shape: &[usize],
    grid: &ChunkGrid,
    blocks: Range<u64>,
    kept: &Region,
) -> Vec<Region> {
    let mut found: Vec<Region> = Vec::new();
    for block in blocks {
        let region = behind(kept, reduce, shape, &grid.region(block));
        if region.is_empty() {
            continue;
        }
        match found.last_mut() {
            Some(last) if follows(last, &region) => *last = last.bounding(&region),
            _ => found.push(region),
        }
    }
    found
}

/// Whether a region begins where another ends, along the one axis in which they differ.
fn follows(earlier: &Region, later: &Region) -> bool {
    let mut differing = (0..later.ndim()).filter(|&axis| earlier.range(axis) != later.range(axis));
    let axis = differing.next();
    axis.is_some_and(|axis| earlier.range(axis).end == later.start[axis]) && differing.next().is_none()
}

/// Calls `visit` for each leaf, with the region of it, that a region of `root` pulls: stored, generated, in-memory and
/// persisted arrays, and nodes that earlier stages have materialised. `blocks` has those of the reductions: where they are
/// grouped, only blocks with groups of the region are pulled.
pub fn visit_leaves(
    plan: &Plan,
    blocks: &BTreeMap<NodeId, ChunkGrid>,
    materialised: &BTreeMap<NodeId, StageId>,
    root: NodeId,
    region: Region,
    visit: &mut dyn FnMut(NodeId, &Region),
) {
    let mut found = vec![(root, region)];
    let mut looked_at = 0;
    let mut many = HashSet::new();
    while let Some((id, region)) = found.get(looked_at) {
        looked_at += 1;
        let node = plan.node(*id);
        if materialised.contains_key(id) || node.inputs.is_empty() {
            visit(*id, region);
            continue;
        }
        let inputs = match (&node.operation, blocks.get(id)) {
            (Operation::Reduce(reduce), Some(grid)) if reduce.groups.is_some() => {
                let shape = &plan.node(node.inputs[0]).shape;
                let regions = grouped_regions(reduce, shape, grid, 0..grid.chunk_count(), region);
                regions.into_iter().map(|region| (node.inputs[0], region)).collect()
            }
            _ => input_regions(plan, node, region),
        };
        for input in inputs {
            // Most tasks pull from few nodes; this is done for each of millions of them.
            let is_new = if found.len() < FEW_NODES {
                !found.contains(&input)
            } else {
                many.extend(found[many.len()..].iter().cloned());
                !many.contains(&input)
            };
            if is_new {
                found.push(input);
            }
        }
    }
}

/// Calls `visit` for each stored array, with the region of it, that a region of `root` reads from its store.
pub fn visit_stored(
    plan: &Plan,
    blocks: &BTreeMap<NodeId, ChunkGrid>,
    materialised: &BTreeMap<NodeId, StageId>,
    root: NodeId,
    region: Region,
    visit: &mut dyn FnMut(NodeId, &StoredArray, &Region),
) {
    visit_leaves(plan, blocks, materialised, root, region, &mut |leaf, region| {
        if let Operation::Stored(source) = &plan.node(leaf).operation
            && !materialised.contains_key(&leaf)
        {
            visit(leaf, source, region);
        }
    });
}

/// The stored arrays that a region of some nodes reads from their stores, each with the region around all that is read.
pub fn stored_bounds(
    plan: &Plan,
    blocks: &BTreeMap<NodeId, ChunkGrid>,
    materialised: &BTreeMap<NodeId, StageId>,
    nodes: &[NodeId],
    region: &Region,
) -> BTreeMap<NodeId, Region> {
    let mut found: BTreeMap<NodeId, Region> = BTreeMap::new();
    for &node in nodes {
        visit_stored(plan, blocks, materialised, node, region.clone(), &mut |leaf, _, region| {
            let bound = found.entry(leaf).or_insert_with(|| region.clone());
            *bound = bound.bounding(region);
        });
    }
    found
}

/// The inputs of some reductions, each once.
pub fn reduced_inputs(plan: &Plan, nodes: &[NodeId]) -> Vec<NodeId> {
    let inputs: BTreeSet<NodeId> = nodes.iter().map(|&node| plan.node(node).inputs[0]).collect();
    inputs.into_iter().collect()
}

impl Computation {
    /// The nodes and the region of each that a producing or reducing task evaluates; for reductions, of their inputs.
    pub fn pulled_region(&self, task: TaskId) -> (Vec<NodeId>, Region) {
        match &self.stage(task.stage).work {
            StageWork::Produce { node, .. } => (vec![*node], self.region_of(task)),
            StageWork::Reduce(work) => {
                let mut inputs: Vec<NodeId> = work.nodes.iter().map(|&node| self.plan.node(node).inputs[0]).collect();
                inputs.dedup();
                let run = task.index % work.runs();
                let first = run * work.run_length;
                let last = (first + work.run_length).min(work.blocks.chunk_count());
                let reduce = self.reduce_of(work.nodes[0]);
                // Whole summarised axes where a run turns a corner of the block grid: a bound, not the exact set.
                let mut ranges = Region::whole(&work.blocks.shape()).ranges();
                if last > first {
                    let (from, to) = (work.blocks.region(first), work.blocks.region(last - 1));
                    let mut turned = false;
                    for (position, range) in ranges.iter_mut().enumerate() {
                        if !turned {
                            *range = from.start[position]..to.range(position).end;
                        }
                        turned |= from.start[position] != to.start[position];
                    }
                }
                let shape = &self.plan.node(inputs[0]).shape;
                let region = behind(&self.region_of(task), reduce, shape, &Region::from_ranges(ranges));
                (inputs, region)
            }
            StageWork::Merge(work) => (work.nodes.clone(), self.region_of(task)),
        }
    }

    /// The regions of its inputs that a task of a grouped reduction folds; `None` for other tasks.
    fn grouped_regions_of(&self, task: TaskId) -> Option<Vec<Region>> {
        let StageWork::Reduce(work) = &self.stage(task.stage).work else { return None };
        let reduce = self.reduce_of(work.nodes[0]);
        reduce.groups.as_ref()?;
        let shape = &self.plan.node(self.plan.node(work.nodes[0]).inputs[0]).shape;
        let first = task.index % work.runs() * work.run_length;
        let run = first..(first + work.run_length).min(work.blocks.chunk_count());
        Some(grouped_regions(reduce, shape, &work.blocks, run, &self.region_of(task)))
    }

    /// What a reduction's node summarises.
    ///
    /// # Panics
    /// Where the node is no reduction.
    pub fn reduce_of(&self, node: NodeId) -> &Reduce {
        match &self.plan.node(node).operation {
            Operation::Reduce(reduce) | Operation::SelectionPass(SelectionPass { reduce, .. }) => reduce,
            other => unreachable!("only reductions have stages of their own, not {other:?}"),
        }
    }

    /// The pass before a pass of a selection.
    pub fn pass_before(&self, node: NodeId) -> Option<NodeId> {
        let node = self.plan.node(node);
        if let Operation::SelectionPass(_) = &node.operation { node.inputs.get(1).copied() } else { None }
    }

    /// The results of earlier stages that a producing or reducing task reads.
    pub(super) fn pulled_results(&self, task: TaskId) -> Vec<ResultId> {
        let mut found = BTreeSet::new();
        self.visit_kept(task, &mut |_, kept, region| found.extend(kept.ids(region)));
        found.into_iter().collect()
    }

    /// What a task reads of the results of earlier tasks: of [`inputs_of`](Computation::inputs_of), the parts.
    pub fn input_parts_of(&self, task: TaskId) -> Vec<ResultPart> {
        if matches!(self.stage(task.stage).work, StageWork::Merge(_)) {
            let whole = |result| ResultPart { result, region: None };
            return self.inputs_of(task).into_iter().map(whole).collect();
        }
        let mut found = BTreeSet::new();
        self.visit_kept(task, &mut |id, kept, region| {
            let item_bytes = self.plan.node(id).dtype.size_bytes();
            found.extend(kept.of(region).into_iter().map(|(result, common)| kept.part(result, &common, item_bytes)));
        });
        // A result that is wanted whole is wanted once: `None` comes before any region of the same result.
        let mut parts: Vec<ResultPart> = Vec::with_capacity(found.len());
        for part in found {
            let is_covered = parts.last().is_some_and(|last| last.result == part.result && last.region.is_none());
            if !is_covered {
                parts.push(part);
            }
        }
        parts
    }

    /// Calls `visit` for each node with kept results that a task pulls, with the region of it.
    fn visit_kept(&self, task: TaskId, visit: &mut dyn FnMut(NodeId, KeptResults<'_>, &Region)) {
        let reads = &self.stage(task.stage).reads;
        let has_persisted = self.plan.nodes().iter().any(|node| matches!(node.operation, Operation::Persisted(_)));
        if reads.is_empty() && !has_persisted {
            return;
        }
        let (roots, region) = self.pulled_region(task);
        let regions = self.grouped_regions_of(task).unwrap_or_else(|| vec![region]);
        for (root, region) in roots.into_iter().flat_map(|root| regions.iter().map(move |region| (root, region))) {
            visit_leaves(&self.plan, &self.blocks, reads, root, region.clone(), &mut |id, region| {
                if let Some(kept) = self.kept_results(task.stage, id) {
                    visit(id, kept, region);
                }
            });
        }
        // Rows of the pass before, of the kept region.
        if let StageWork::Reduce(work) = &self.stage(task.stage).work
            && let Some(before) = self.pass_before(work.nodes[0])
            && let Some(kept) = self.kept_results(task.stage, before)
        {
            visit(before, kept, &self.region_of(task));
        }
    }

    /// The results of earlier tasks from which a stage's tasks take a node's values; `None` where they compute them.
    pub fn kept_results(&self, stage: StageId, node: NodeId) -> Option<KeptResults<'_>> {
        if let Some(&source) = self.stage(stage).reads.get(&node) {
            let found = self.stage(source);
            let is_shared = !matches!(found.work, StageWork::Produce { .. });
            let (grid, origin) = (found.result_grid(), found.result_origin());
            let position = found.nodes().iter().position(|computed| *computed == node).unwrap_or(0);
            return Some(KeptResults { computation: self.id, stage: source, grid, origin, position, is_shared });
        }
        let Operation::Persisted(source) = &self.plan.node(node).operation else { return None };
        Some(KeptResults {
            computation: ComputationId(source.computation),
            stage: StageId(source.stage),
            grid: &self.plan.node(node).grid,
            origin: None,
            position: 0,
            is_shared: false,
        })
    }

    /// The stages of earlier computations whose results the plan reads.
    pub fn persisted_sources(&self) -> BTreeSet<(ComputationId, StageId)> {
        let source = |node: &Node| match &node.operation {
            Operation::Persisted(source) => Some((ComputationId(source.computation), StageId(source.stage))),
            _ => None,
        };
        self.plan.nodes().iter().filter_map(source).collect()
    }
}
