//! Splits what tasks compute until one fits a rank's budget, and says what would fit where none does.

use super::geometry::{depends_on_store, halve_except, halve_longest};
use super::lower::Lowering;
use super::memory::largest_region;
use super::passes::Pass;
use super::pull::visit_leaves;
use super::selections::selection_of;
use super::{Computation, TaskError};
use crate::array::{ChunkGrid, Region};
use crate::plan::{NodeId, Operation, SelectionPass};
use std::collections::BTreeMap;

/// Partial states that one merge task takes.
pub(super) const MERGE_FAN_IN: u64 = 16;
/// The same of selections, whose states are large.
pub(super) const SELECTION_FAN_IN: u64 = 4;
/// Groups of partial states of which a rank may hold a part while others make the rest.
pub(super) const OPEN_GROUPS: u64 = 3;

impl Lowering {
    /// What partial states of one kept chunk take before they are merged, and while: runs of a kept chunk are done
    /// together, and others begin meanwhile. A quarter of the budget where smaller chunks cost nothing.
    fn outstanding_bytes(&self, pass: &Pass) -> u64 {
        let geometry = &pass.geometry;
        let runs = geometry.blocks.chunk_count().div_ceil(geometry.run_length).max(1);
        if runs == 1 {
            return 0;
        }
        let plan = &self.computation.plan;
        let state_bytes = self.projection().state_bytes(&pass.nodes, &largest_region(&geometry.kept));
        if selection_of(plan, pass.nodes[0]).is_some() {
            // Splitting kept elements would have all data read again.
            return state_bytes * (runs.min(SELECTION_FAN_IN) + 2);
        }
        let is_free = !depends_on_store(plan, plan.node(pass.nodes[0]).inputs[0]);
        // Beside them, some of a group are merged.
        state_bytes * (runs * if is_free { 4 } else { 1 } + (OPEN_GROUPS + 1) * runs.min(MERGE_FAN_IN) + 3)
    }

    /// Splits kept chunks of a pass until a task fits the budget beside partial states. Where they can't be split, one of
    /// both has to fit, and a task is handed more results of earlier ones than there is room for: runs are the same in any
    /// memory.
    pub(super) fn fit_pass(&self, pass: &mut Pass) -> Result<(), TaskError> {
        let budget_bytes = self.resources.budget_bytes;
        loop {
            let (task_bytes, outstanding_bytes) = (self.projection().pass_bytes(pass), self.outstanding_bytes(pass));
            let needed_bytes = task_bytes.max(outstanding_bytes);
            if task_bytes + outstanding_bytes + self.projection().gathered_bytes(pass) <= budget_bytes {
                return Ok(());
            }
            pass.geometry.kept = match pass.split_kept(&self.computation.plan) {
                Some(kept) => kept,
                None if needed_bytes <= budget_bytes => return Ok(()),
                None => return Err(self.too_large(pass.nodes[0], &pass.geometry.kept, needed_bytes)),
            };
        }
    }

    /// Splits the regions of a grid until one task fits the budget: down to the chunks of `smallest` where given.
    pub(super) fn fit(
        &self,
        node: NodeId,
        mut grid: ChunkGrid,
        smallest: Option<&ChunkGrid>,
    ) -> Result<ChunkGrid, TaskError> {
        let encoding_bytes = smallest.map_or(0, |written| self.encoding_bytes(node, written));
        loop {
            let needed_bytes = self.projection().evaluate_bytes(node, &largest_region(&grid)) + encoding_bytes;
            if needed_bytes <= self.resources.budget_bytes {
                return Ok(grid);
            }
            // Along the axis of a scan nothing is won: every region needs all of it.
            let halved = match &self.computation.plan.node(node).operation {
                Operation::Scan(scan) if smallest.is_none() => halve_except(&grid, scan.axis),
                _ => halve_longest(&grid, smallest),
            };
            grid = match halved {
                Some(halved) => halved,
                None => return Err(self.too_large(node, &grid, needed_bytes)),
            };
        }
    }

    /// What writing a chunk takes: a copy of it, padded where it is at an edge, and its encoded bytes.
    pub(super) fn encoding_bytes(&self, node: NodeId, written: &ChunkGrid) -> u64 {
        let item_bytes = self.computation.plan.node(node).dtype.size_bytes() as u64;
        let chunk_bytes = largest_region(written).element_count() as u64 * item_bytes;
        2 * chunk_bytes + chunk_bytes / 8
    }

    fn too_large(&self, node: NodeId, grid: &ChunkGrid, needed_bytes: u64) -> TaskError {
        let mut operation = match &self.computation.plan.node(node).operation {
            Operation::Reduce(reduce) | Operation::SelectionPass(SelectionPass { reduce, .. }) => reduce.name.clone(),
            other => operation_name(other).to_owned(),
        };
        // What can't be split further is the chunk that must be decoded whole: name the largest.
        let mut region_shape = largest_region(grid).shape;
        let mut item_bytes = self.computation.plan.node(node).dtype.size_bytes() as u64;
        let whole = Region::whole(&self.computation.plan.node(node).shape);
        let mut largest = 0;
        let Computation { plan, blocks, .. } = &self.computation;
        visit_leaves(plan, blocks, &BTreeMap::new(), node, whole, &mut |leaf, _| {
            if let Operation::Stored(source) = &plan.node(leaf).operation
                && source.decode_scratch_bytes as u64 > largest.max(self.resources.budget_bytes / 2)
            {
                largest = source.decode_scratch_bytes as u64;
                operation = format!("reading {}", source.location);
                region_shape = source.read_grid.max_chunk_shape();
                item_bytes = source.dtype.size_bytes() as u64;
            }
        });
        let elements: u64 = region_shape.iter().map(|&length| length as u64).product();
        let overhead = (needed_bytes / (elements * item_bytes).max(1)).max(1) + 1;
        let mut fitting_shape = region_shape.clone();
        while fitting_shape.iter().map(|&length| length as u64).product::<u64>() * item_bytes * overhead
            > self.resources.budget_bytes
        {
            let Some(longest) = fitting_shape.iter_mut().max().filter(|length| **length > 1) else { break };
            *longest = longest.div_ceil(2);
        }
        let budget_bytes = self.resources.budget_bytes;
        TaskError::TaskTooLarge { operation, region_shape, needed_bytes, budget_bytes, fitting_shape }
    }
}

/// numpy's or xarray's word for an operation.
fn operation_name(operation: &Operation) -> &'static str {
    match operation {
        Operation::Stored(_) => "read",
        Operation::InMemory(_) => "constant",
        Operation::Generated(_) => "generate",
        Operation::Persisted(_) => "persisted",
        Operation::Unary(operation) => operation.name(),
        Operation::Binary(operation) => operation.name(),
        Operation::Select => "where",
        Operation::Cast => "astype",
        Operation::View(_) => "view",
        Operation::Take { .. } => "take",
        Operation::Concatenate { .. } => "concatenate",
        Operation::Reshape(_) => "reshape",
        Operation::Points(_) => "points",
        Operation::Native(_) => "native kernel",
        Operation::Contract(_) => "matmul",
        Operation::Reduce(_) => "reduction",
        Operation::Quantile(_) | Operation::SelectionPass(_) | Operation::Selected { .. } => "quantile",
        Operation::Window(_) => "rolling",
        Operation::Scan(scan) => scan.kind.name(),
        Operation::Rechunk => "rechunk",
    }
}
