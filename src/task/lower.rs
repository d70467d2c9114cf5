//! Lowering a plan: which nodes are materialised, in which stages, by which tasks.

use super::geometry::{ReduceGeometry, free_grid, gathered_grid, reduce_geometry, write_grid};
use super::materialise::Demand;
use super::memory::{MemoryProjection, largest_region};
use super::pull::{visit_leaves, visit_stored};
use super::{
    Computation, ComputationId, Goal, MergeWork, ReduceWork, Resources, Stage, StageId, StageOutput, StageWork,
    TaskError,
};
use crate::array::{AxisChunks, ChunkGrid, Region};
use crate::plan::{NodeId, Operation, Plan, Reduce};
use std::collections::{BTreeMap, BTreeSet};

/// Partial states that one merge task takes.
const MERGE_FAN_IN: u64 = 16;

/// Cuts a plan into stages of chunk tasks: `goals` has one entry an output of the plan, `resources` say what tasks may
/// take in memory.
///
/// Regions follow the stored chunks. Where an output's or a reduction's regions must cut across them, so that they would
/// be decoded several times, a stage before materialises what they are cut from, as far as memory allows. Where one task
/// takes more than a rank's budget, regions are split along axes that are kept, which changes no bit of the result;
/// summarised axes are never split for memory.
///
/// # Errors
/// Where an output's shape isn't its target's, or the smallest region of an operation doesn't fit the budget.
pub fn lower(
    id: ComputationId,
    plan: Plan,
    goals: Vec<Goal>,
    resources: impl Into<Resources>,
) -> Result<Computation, TaskError> {
    let geometries: BTreeMap<NodeId, ReduceGeometry> = plan
        .ids()
        .filter_map(|id| match &plan.node(id).operation {
            Operation::Reduce(reduce) => Some((id, reduce_geometry(&plan, id, reduce))),
            _ => None,
        })
        .collect();
    let pulled = pulled_once(&plan, &geometries);
    let blocks = geometries.iter().map(|(id, geometry)| (*id, geometry.blocks.clone())).collect();
    let computation = Computation { id, plan, stages: Vec::new(), blocks };
    let mut lowering =
        Lowering { computation, resources: resources.into(), materialised: BTreeMap::new(), kept_bytes: 0, geometries };
    for node in lowering.geometries.keys().copied().collect::<Vec<_>>() {
        if !pulled.contains(&node) {
            lowering.add_reduction(node)?;
        }
    }
    for (output, goal) in goals.into_iter().enumerate() {
        lowering.add_output(output, goal)?;
    }
    Ok(lowering.computation)
}

/// Reductions that need no stage of their own: one run each, and every element pulled exactly once, by one output.
fn pulled_once(plan: &Plan, geometries: &BTreeMap<NodeId, ReduceGeometry>) -> BTreeSet<NodeId> {
    let uses = plan.use_counts();
    let mut found = BTreeSet::new();
    let mut pending = plan.outputs().to_vec();
    while let Some(id) = pending.pop() {
        if uses[id.0 as usize] != 1 {
            continue;
        }
        let node = plan.node(id);
        match &node.operation {
            Operation::Reduce(_) if geometries[&id].is_single_run() => {
                found.insert(id);
                pending.extend(&node.inputs);
            }
            Operation::Unary(_) | Operation::Binary(_) | Operation::Select | Operation::Cast | Operation::Rechunk => {
                pending.extend(&node.inputs);
            }
            Operation::View(view) => {
                let moved = |axis: usize| view.input_axis(axis).is_some() || view.shape[axis] <= 1;
                if (0..view.shape.len()).all(moved) {
                    pending.extend(&node.inputs);
                }
            }
            _ => {}
        }
    }
    found
}

/// A computation in the making.
pub(super) struct Lowering {
    pub(super) computation: Computation,
    pub(super) resources: Resources,
    /// Nodes whose values a stage leaves with the workers.
    pub(super) materialised: BTreeMap<NodeId, StageId>,
    /// Bytes of results that stages leave with the workers to be read in other regions.
    pub(super) kept_bytes: u64,
    pub(super) geometries: BTreeMap<NodeId, ReduceGeometry>,
}

impl Lowering {
    pub(super) fn projection(&self) -> MemoryProjection<'_> {
        MemoryProjection {
            plan: &self.computation.plan,
            materialised: &self.materialised,
            stages: &self.computation.stages,
            blocks: &self.computation.blocks,
        }
    }

    fn reduce_of(&self, node: NodeId) -> Reduce {
        match &self.computation.plan.node(node).operation {
            Operation::Reduce(reduce) => reduce.clone(),
            other => unreachable!("geometries are made for reductions only, not {other:?}"),
        }
    }

    /// Stages that materialise a reduction: its runs, then the levels of the merge tree.
    pub(super) fn add_reduction(&mut self, node: NodeId) -> Result<(), TaskError> {
        let reduce = self.reduce_of(node);
        let input = self.computation.plan.node(node).inputs[0];
        let mut geometry = self.fit_reduction(node, &reduce)?;
        let demand = Demand::of_blocks(&self.computation.plan, node, &reduce.axes, &geometry);
        let task_bytes = self.projection().reduction_task_bytes(node, &reduce, &geometry);
        if self.materialise_for(&demand, task_bytes)? {
            geometry = self.fit_reduction(node, &reduce)?;
        }
        let task_bytes = self.projection().reduction_task_bytes(node, &reduce, &geometry);
        let work = ReduceWork { node, kept: geometry.kept, blocks: geometry.blocks, run_length: geometry.run_length };
        let (kept, mut runs) = (work.kept.clone(), work.runs());
        let whole = Region::whole(&self.computation.plan.node(input).shape);
        let reads = self.reads_below(input, &whole);
        let stage = Stage {
            task_count: kept.chunk_count() * runs,
            task_bytes,
            after: reads.values().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            reads,
            read_bytes: self.read_bytes(input, &whole),
            name: reduce.name.clone(),
            reason: None,
            work: StageWork::Reduce(work),
            output: StageOutput::Keep,
        };
        let mut last = self.push(stage);
        while runs > 1 {
            let work = MergeWork { node, kept: kept.clone(), source: last, source_runs: runs, fan_in: MERGE_FAN_IN };
            runs = work.groups();
            let state_bytes = task_bytes.min(self.state_bytes(node, &reduce, &kept));
            let stage = Stage {
                task_count: kept.chunk_count() * runs,
                task_bytes: state_bytes * (MERGE_FAN_IN + 2),
                after: vec![last],
                reads: BTreeMap::new(),
                read_bytes: 0,
                name: format!("merge {}", reduce.name),
                reason: None,
                work: StageWork::Merge(work),
                output: StageOutput::Keep,
            };
            last = self.push(stage);
        }
        self.materialised.insert(node, last);
        Ok(())
    }

    /// The geometry of a reduction whose tasks fit the budget, kept chunks split where need be.
    fn fit_reduction(&self, node: NodeId, reduce: &Reduce) -> Result<ReduceGeometry, TaskError> {
        let mut geometry = self.geometries[&node].clone();
        loop {
            let needed_bytes = self.projection().reduction_task_bytes(node, reduce, &geometry);
            if needed_bytes <= self.resources.budget_bytes {
                return Ok(geometry);
            }
            geometry.kept = match halve_longest(&geometry.kept, None) {
                Some(kept) => kept,
                None => return Err(self.too_large(node, &geometry.kept, needed_bytes)),
            };
        }
    }

    fn state_bytes(&self, node: NodeId, reduce: &Reduce, kept: &ChunkGrid) -> u64 {
        let input = self.computation.plan.node(self.computation.plan.node(node).inputs[0]).dtype;
        let region = largest_region(kept);
        crate::kernels::reduction::find(&reduce.name)
            .map_or(24, |found| found.reduction.start(input, 1).size_bytes() as u64)
            * region.element_count() as u64
    }

    fn add_output(&mut self, output: usize, goal: Goal) -> Result<(), TaskError> {
        let node = self.computation.plan.outputs()[output];
        let uses = self.computation.plan.use_counts()[node.0 as usize];
        if let (Goal::Collect, Some(&stage), 1) = (&goal, self.materialised.get(&node), uses) {
            // The finished reduction goes straight to the script.
            self.computation.stages[stage.0 as usize].output = StageOutput::Collect { output };
            return Ok(());
        }
        let shape = self.computation.plan.node(node).shape.clone();
        let (written, stage_output, name) = match goal {
            Goal::Collect => (None, StageOutput::Collect { output }, "compute".to_owned()),
            Goal::Persist => (None, StageOutput::Persist { output }, "persist".to_owned()),
            Goal::Write(target) if target.shape != shape => {
                return Err(TaskError::OutputShape { location: target.location, expected: target.shape, found: shape });
            }
            Goal::Discard => (None, StageOutput::Discard, "compute".to_owned()),
            Goal::Write(target) => {
                let name = format!("write {}", target.location.path);
                (Some(target.write_grid.clone()), StageOutput::Write { output, target }, name)
            }
        };
        let plan = &self.computation.plan;
        let wished = match &written {
            Some(written) => write_grid(plan, node, written),
            // What it costs to compute every chunk is what is asked.
            None if stage_output == StageOutput::Discard => plan.node(node).grid.clone(),
            None => free_grid(plan, node),
        };
        let mut grid = self.fit(node, wished, written.as_ref())?;
        let demand = Demand::of_grid(node, &grid);
        if self.materialise_for(&demand, self.projection().evaluate_bytes(node, &largest_region(&grid)))?
            && let Some(written) = &written
        {
            grid = self.fit(node, gathered_grid(&self.computation.plan, node, written), Some(written))?;
        }
        self.push_producer(node, grid, stage_output, name);
        Ok(())
    }

    /// Adds a stage that computes all of a node, a region of the grid a task.
    fn push_producer(&mut self, node: NodeId, grid: ChunkGrid, output: StageOutput, name: String) -> StageId {
        let whole = Region::whole(&self.computation.plan.node(node).shape);
        let reads = self.reads_below(node, &whole);
        self.push(Stage {
            task_count: grid.chunk_count(),
            task_bytes: self.projection().evaluate_bytes(node, &largest_region(&grid)),
            after: reads.values().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            reads,
            read_bytes: self.read_bytes(node, &whole),
            name,
            reason: None,
            work: StageWork::Produce { node, grid, origin: vec![0; whole.ndim()] },
            output,
        })
    }

    /// Splits the regions of a grid until one task fits the budget: down to the chunks of `smallest` where given.
    pub(super) fn fit(
        &self,
        node: NodeId,
        mut grid: ChunkGrid,
        smallest: Option<&ChunkGrid>,
    ) -> Result<ChunkGrid, TaskError> {
        loop {
            let needed_bytes = self.projection().evaluate_bytes(node, &largest_region(&grid));
            if needed_bytes <= self.resources.budget_bytes {
                return Ok(grid);
            }
            grid = match halve_longest(&grid, smallest) {
                Some(halved) => halved,
                None => return Err(self.too_large(node, &grid, needed_bytes)),
            };
        }
    }

    fn too_large(&self, node: NodeId, grid: &ChunkGrid, needed_bytes: u64) -> TaskError {
        let mut operation = match &self.computation.plan.node(node).operation {
            Operation::Reduce(reduce) => reduce.name.clone(),
            other => operation_name(other).to_owned(),
        };
        // What can't be split further is the chunk that must be decoded whole: name the largest.
        let mut region_shape = largest_region(grid).shape;
        let mut item_bytes = self.computation.plan.node(node).dtype.size_bytes() as u64;
        let whole = Region::whole(&self.computation.plan.node(node).shape);
        let mut largest = 0;
        visit_leaves(&self.computation.plan, &BTreeMap::new(), node, whole, &mut |leaf, _| {
            if let Operation::Stored(source) = &self.computation.plan.node(leaf).operation
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

    pub(super) fn push(&mut self, stage: Stage) -> StageId {
        self.computation.stages.push(stage);
        StageId(self.computation.stages.len() as u16 - 1)
    }

    /// The materialised nodes that a region of a node pulls, with the stages that leave them.
    pub(super) fn reads_below(&self, node: NodeId, region: &Region) -> BTreeMap<NodeId, StageId> {
        let mut found = BTreeMap::new();
        visit_leaves(&self.computation.plan, &self.materialised, node, region.clone(), &mut |leaf, _| {
            found.extend(self.materialised.get(&leaf).map(|stage| (leaf, *stage)));
        });
        found
    }

    /// Raw bytes of stored arrays that a region of a node pulls.
    pub(super) fn read_bytes(&self, node: NodeId, region: &Region) -> u64 {
        let mut bytes = 0;
        let plan = &self.computation.plan;
        visit_stored(plan, &self.materialised, node, region.clone(), &mut |_, source, region| {
            bytes += region.element_count() as u64 * source.dtype.size_bytes() as u64;
        });
        bytes
    }
}

/// The grid with the longest axis of its regions halved; a multiple of the chunks of `smallest` where given. `None`
/// where nothing is left to split.
fn halve_longest(grid: &ChunkGrid, smallest: Option<&ChunkGrid>) -> Option<ChunkGrid> {
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
        Operation::Reduce(_) => "reduction",
        Operation::Rechunk => "rechunk",
    }
}
