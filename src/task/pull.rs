//! What a region of a node pulls from its inputs, down to stores and to results that earlier stages left.

use super::{Computation, ComputationId, ResultId, StageId, StageWork, TaskId};
use crate::array::Region;
use crate::plan::{Node, NodeId, Operation, Plan};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The regions of its inputs that a region of a node is computed from, in the order of the inputs.
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
        Operation::Reduce(reduce) => {
            let input = plan.node(node.inputs[0]);
            let whole = Region::whole(&input.shape);
            vec![(node.inputs[0], expand(region, &reduce.axes, &whole.ranges()))]
        }
    }
}

/// A region of a reduction's input: the kept axes from a region of its result, the summarised ones as given (one range
/// an input axis; those of kept axes are not looked at).
pub fn expand(kept: &Region, axes: &[usize], summarised: &[std::ops::Range<usize>]) -> Region {
    let mut kept = kept.ranges().into_iter();
    Region::from_ranges(summarised.iter().enumerate().map(|(axis, range)| {
        if axes.contains(&axis) { range.clone() } else { kept.next().expect("a result has every kept axis") }
    }))
}

/// Calls `visit` for each leaf, with the region of it, that a region of `root` pulls: stored, generated, in-memory and
/// persisted arrays, and nodes that earlier stages have materialised (`root` itself excepted where `below_root`).
pub fn visit_leaves(
    plan: &Plan,
    materialised: &BTreeMap<NodeId, StageId>,
    root: NodeId,
    region: Region,
    visit: &mut dyn FnMut(NodeId, &Region),
) {
    let mut seen = HashSet::new();
    let mut pending = vec![(root, region)];
    while let Some((id, region)) = pending.pop() {
        if !seen.insert((id, region.clone())) {
            continue;
        }
        let node = plan.node(id);
        if materialised.contains_key(&id) || node.inputs.is_empty() {
            visit(id, &region);
        } else {
            pending.extend(input_regions(plan, node, &region));
        }
    }
}

impl Computation {
    /// The node and region that a producing or reducing task evaluates; for a reduction, of its input.
    pub fn pulled_region(&self, task: TaskId) -> (NodeId, Region) {
        match &self.stage(task.stage).work {
            StageWork::Produce { node, grid } => (*node, grid.region(task.index)),
            StageWork::Reduce(work) => {
                let input = self.plan.node(work.node).inputs[0];
                let run = task.index % work.runs();
                let first = run * work.run_length;
                let last = (first + work.run_length).min(work.blocks.chunk_count());
                let axes = self.reduced_axes(work.node);
                // Whole summarised axes where a run turns a corner of the block grid: a bound, not the exact set.
                let mut ranges = Region::whole(&self.plan.node(input).shape).ranges();
                if last > first {
                    let (from, to) = (work.blocks.region(first), work.blocks.region(last - 1));
                    let mut turned = false;
                    for (position, &axis) in axes.iter().enumerate() {
                        if !turned {
                            ranges[axis] = from.start[position]..to.range(position).end;
                        }
                        turned |= from.start[position] != to.start[position];
                    }
                }
                (input, expand(&self.region_of(task), axes, &ranges))
            }
            StageWork::Merge(work) => (work.node, self.region_of(task)),
        }
    }

    /// The axes that a reduction's node summarises.
    ///
    /// # Panics
    /// Where the node is no reduction.
    pub fn reduced_axes(&self, node: NodeId) -> &[usize] {
        match &self.plan.node(node).operation {
            Operation::Reduce(reduce) => &reduce.axes,
            other => unreachable!("only reductions have stages of their own, not {other:?}"),
        }
    }

    /// The results of earlier stages that a producing or reducing task reads.
    pub(super) fn pulled_results(&self, task: TaskId) -> Vec<ResultId> {
        let has_persisted = self.plan.nodes().iter().any(|node| matches!(node.operation, Operation::Persisted(_)));
        if self.materialised.is_empty() && !has_persisted {
            return Vec::new();
        }
        let (root, region) = self.pulled_region(task);
        let mut found = BTreeSet::new();
        visit_leaves(&self.plan, &self.materialised, root, region, &mut |id, region| {
            found.extend(self.results_of(id, region));
        });
        found.into_iter().collect()
    }

    /// The kept results that hold a region of a materialised or persisted node; none for other nodes.
    pub fn results_of(&self, id: NodeId, region: &Region) -> Vec<ResultId> {
        let (computation, stage, grid) = if let Some(stage) = self.stage_of(id) {
            (self.id, stage, self.stage(stage).result_grid())
        } else if let Operation::Persisted(source) = &self.plan.node(id).operation {
            (ComputationId(source.computation), StageId(source.stage), &self.plan.node(id).grid)
        } else {
            return Vec::new();
        };
        let task = |index| ResultId { computation, task: TaskId { stage, index } };
        grid.chunks_in(region).into_iter().map(task).collect()
    }

    /// The stages of earlier computations whose results the plan reads.
    pub fn persisted_sources(&self) -> BTreeSet<(ComputationId, StageId)> {
        let source = |node: &Node| match &node.operation {
            Operation::Persisted(source) => Some((ComputationId(source.computation), StageId(source.stage))),
            _ => None,
        };
        self.plan.nodes().iter().filter_map(source).collect()
    }

    /// The grid of a node's kept results, where it is materialised or persisted.
    pub fn result_grid_of(&self, id: NodeId) -> Option<&crate::array::ChunkGrid> {
        if let Some(stage) = self.stage_of(id) {
            return Some(self.stage(stage).result_grid());
        }
        matches!(self.plan.node(id).operation, Operation::Persisted(_)).then(|| &self.plan.node(id).grid)
    }
}
