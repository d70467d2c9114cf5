//! Which reductions are computed together: those that summarise the same data in the same blocks read it once.
//!
//! A pass changes no bit: geometries don't depend on what else is computed, and each reduction is folded from strips of
//! its own.

use super::geometry::{depends_on_store, halve_except, halve_longest};
use super::group_chunks::touched_blocks;
use super::reduce_geometry::ReduceGeometry;
use crate::array::{AxisChunks, ChunkGrid};
use crate::kernels::generate::Generator;
use crate::plan::{NodeId, Operation, Plan};
use std::collections::{BTreeMap, BTreeSet};

/// Tasks that compute an output at least, if they are to fold what it reduces too.
const ENOUGH_TASKS: u64 = 8;

/// Reductions folded in one go over their blocks.
#[derive(Debug, Clone)]
pub struct Pass {
    /// Their nodes, ascending.
    pub nodes: Vec<NodeId>,
    /// How all of them are cut into tasks.
    pub geometry: ReduceGeometry,
}

impl Pass {
    /// The pass in parts: the reductions of each input, or each on its own where they have one input.
    pub fn split(&self, plan: &Plan) -> Vec<Pass> {
        let mut parts: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        self.nodes.iter().for_each(|&node| parts.entry(plan.node(node).inputs[0]).or_default().push(node));
        let parts = match parts.len() {
            1 => self.nodes.iter().map(|&node| vec![node]).collect(),
            _ => parts.into_values().collect::<Vec<_>>(),
        };
        parts.into_iter().map(|nodes| Pass { nodes, geometry: self.geometry.clone() }).collect()
    }

    /// The kept chunks with one axis halved, groups where that has fewer stored chunks decoded again; `None` where
    /// nothing is left to split.
    pub fn split_kept(&self, plan: &Plan) -> Option<ChunkGrid> {
        let (kept, node) = (&self.geometry.kept, plan.node(self.nodes[0]));
        let reduce = match &node.operation {
            Operation::Reduce(reduce) => reduce,
            Operation::SelectionPass(_) => return halve_except(kept, kept.ndim() - 1),
            _ => return None,
        };
        let Some((groups, position)) = reduce.groups.as_ref().zip(reduce.group_axis()) else {
            return halve_longest(kept, None);
        };
        let block_axis = reduce.axes.iter().position(|axis| *axis == groups.axis)?;
        let blocks = &self.geometry.blocks.axes()[block_axis];
        let chunks = &kept.axes()[position];
        let fewer_groups = (chunks.max_size() > 1).then(|| chunks.split(chunks.max_size().div_ceil(2)));
        let smaller = halve_except(kept, position);
        let read = |chunks: &AxisChunks| touched_blocks(blocks, groups, chunks);
        let halves_cost = if depends_on_store(plan, node.inputs[0]) { 2 * read(chunks) } else { read(chunks) };
        match (fewer_groups, smaller) {
            (Some(fewer), smaller) if smaller.is_none() || read(&fewer) < halves_cost => {
                let mut axes = kept.axes().to_vec();
                axes[position] = fewer;
                Some(ChunkGrid::new(axes))
            }
            (_, smaller) => smaller,
        }
    }
}

/// Every reduction in one pass, passes in an order in which they can be computed.
///
/// Reductions share a pass where they are cut alike and what they read (stored and persisted arrays, other reductions)
/// is the same; so none of them depends on another.
fn reduction_passes(plan: &Plan, geometries: &BTreeMap<NodeId, ReduceGeometry>) -> Vec<Pass> {
    let mut passes: Vec<(BTreeSet<NodeId>, Pass)> = Vec::new();
    for (&node, geometry) in geometries {
        let read = read_leaves(plan, plan.node(node).inputs[0]);
        let shared = passes.iter_mut().find(|(leaves, pass)| {
            *leaves == read && pass.geometry == *geometry && is_alike(plan, pass.nodes[0], node)
        });
        match shared {
            Some((_, pass)) => pass.nodes.push(node),
            None => passes.push((read, Pass { nodes: vec![node], geometry: geometry.clone() })),
        }
    }
    passes.into_iter().map(|(_, pass)| pass).collect()
}

/// Passes over the data of reductions. Those that outputs could pull as they go are kept together only where their
/// results are small.
pub fn shared_passes(plan: &Plan, geometries: &BTreeMap<NodeId, ReduceGeometry>, budget_bytes: u64) -> Vec<Pass> {
    let could_be_pulled = pulled_once(plan, geometries, &BTreeSet::new(), &|_| u64::MAX);
    let bytes = |id: &NodeId| {
        let node = plan.node(*id);
        node.shape.iter().product::<usize>() as u64 * node.dtype.size_bytes() as u64
    };
    let apart = |pass: &Pass| {
        let large = pass.nodes.iter().map(bytes).sum::<u64>() > budget_bytes / 2;
        large && pass.nodes.iter().all(|node| could_be_pulled.contains(node))
    };
    let passes = reduction_passes(plan, geometries);
    passes.into_iter().flat_map(|pass| if apart(&pass) { pass.split(plan) } else { vec![pass] }).collect()
}

/// Reductions that need no stage of their own: not `shared`, one run each, and every element pulled exactly once, by one
/// output that is computed by as many tasks as they, or enough; `task_count` says by how many.
pub fn pulled_once(
    plan: &Plan,
    geometries: &BTreeMap<NodeId, ReduceGeometry>,
    shared: &BTreeSet<NodeId>,
    task_count: &dyn Fn(usize) -> u64,
) -> BTreeSet<NodeId> {
    let uses = plan.use_counts();
    let mut found = BTreeSet::new();
    let outputs = plan.outputs().iter().enumerate();
    let mut pending: Vec<(NodeId, u64)> = outputs.map(|(output, &id)| (id, task_count(output))).collect();
    while let Some((id, tasks)) = pending.pop() {
        if uses[id.0 as usize] != 1 {
            continue;
        }
        let node = plan.node(id);
        let below = |tasks: u64| node.inputs.iter().map(move |input| (*input, tasks));
        match &node.operation {
            Operation::Reduce(_)
                if geometries[&id].is_single_run()
                    && !shared.contains(&id)
                    && tasks >= ENOUGH_TASKS.min(geometries[&id].kept.chunk_count()) =>
            {
                found.insert(id);
                pending.extend(below(tasks));
            }
            Operation::Unary(_) | Operation::Binary(_) | Operation::Select | Operation::Cast | Operation::Rechunk => {
                pending.extend(below(tasks));
            }
            Operation::View(view) => {
                let moved = |axis: usize| view.input_axis(axis).is_some() || view.shape[axis] <= 1;
                if (0..view.shape.len()).all(moved) {
                    pending.extend(below(tasks));
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether two reductions summarise the same axes of arrays of one shape.
fn is_alike(plan: &Plan, a: NodeId, b: NodeId) -> bool {
    let (a, b) = (plan.node(a), plan.node(b));
    let (Operation::Reduce(first), Operation::Reduce(second)) = (&a.operation, &b.operation) else { return false };
    first.axes == second.axes
        && first.groups == second.groups
        && plan.node(a.inputs[0]).shape == plan.node(b.inputs[0]).shape
}

/// What reading a node costs something for; the node itself where that is nothing.
fn read_leaves(plan: &Plan, root: NodeId) -> BTreeSet<NodeId> {
    let mut leaves = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut pending = vec![root];
    while let Some(id) = pending.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = plan.node(id);
        match &node.operation {
            Operation::InMemory(_) | Operation::Generated(Generator::Full(_) | Generator::Arange { .. }) => {}
            Operation::Reduce(_) | Operation::Quantile(_) | Operation::SelectionPass(_) | Operation::Scan(_) => {
                leaves.insert(id);
            }
            _ if node.inputs.is_empty() => drop(leaves.insert(id)),
            _ => pending.extend(&node.inputs),
        }
    }
    if leaves.is_empty() {
        leaves.insert(root);
    }
    leaves
}
