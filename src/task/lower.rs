//! Lowering a plan: which nodes are materialised, in which stages, by which tasks.

use super::demand::Demand;
use super::geometry::{free_grid, gathered_grid, natural_grid, small_grid, write_grid};
use super::memory::{MemoryProjection, largest_region};
use super::passes::{pulled_once, shared_passes};
use super::products::{product_blocks, wanted_once};
use super::pull::{visit_leaves, visit_stored};
use super::reduce_geometry::{ReduceGeometry, reduce_geometry};
use super::selections::{LARGE_BYTES, in_passes};
use super::sharing::{SharedSource, read_bytes};
use super::waves::Remedy;
use super::{Computation, ComputationId, Goal, Resources, Stage, StageId, StageOutput, StageWork, TaskError};
use crate::array::{ChunkGrid, Region};
use crate::kernels::quantile::QuantileKind;
use crate::plan::{NodeId, Operation, Plan, Quantile, SelectionPass};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Cuts a plan into stages of chunk tasks: `goals` has one entry an output of the plan, `resources` say what tasks may
/// take in memory.
///
/// Regions follow the stored chunks. Where an output's or a reduction's regions must cut across them, so that they would
/// be decoded several times, a stage before materialises what they are cut from, as far as memory allows. Where one task
/// takes more than a rank's budget, regions are split along axes that are kept, which changes no bit of the result;
/// summarised axes are never split for memory. Quantiles of many values are selected in passes over them. Reductions that
/// an output could pull as it goes have stages of their own where that is what fits.
///
/// # Errors
/// Where an output's shape isn't its target's, the smallest region of an operation doesn't fit the budget, or what must be
/// kept doesn't fit all budgets and scratch.
pub fn lower(
    id: ComputationId,
    plan: Plan,
    goals: Vec<Goal>,
    resources: impl Into<Resources>,
) -> Result<Computation, TaskError> {
    let resources = resources.into();
    let mut refusals: Vec<TaskError> = Vec::new();
    for large_bytes in LARGE_BYTES {
        let selected = in_passes(&plan, large_bytes);
        let has_others = selected.nodes().iter().any(|node| matches!(node.operation, Operation::Quantile(_)));
        for pull in [true, false] {
            let mut may = May { pull, keep: true, withheld_bytes: 0 };
            loop {
                match lower_selected(id, selected.clone(), &goals, resources, may) {
                    Err(error @ TaskError::TaskTooLarge { .. }) => refusals.push(error),
                    Err(error @ TaskError::ResultsTooLarge { .. }) => {
                        let next = may.keeping_less(&error);
                        refusals.push(error);
                        if let Some(next) = next {
                            may = next;
                            continue;
                        }
                    }
                    lowered => return Ok(Computation { large_bytes, ..lowered? }),
                }
                break;
            }
        }
        if !has_others {
            break;
        }
    }
    let needed_bytes = |error: &TaskError| match error {
        TaskError::TaskTooLarge { needed_bytes, .. } => *needed_bytes,
        TaskError::ResultsTooLarge { rank_bytes, .. } => *rank_bytes,
        _ => u64::MAX,
    };
    Err(refusals.into_iter().min_by_key(needed_bytes).expect("what is left without an answer was refused"))
}

/// Ways that lowering may go.
#[derive(Debug, Clone, Copy)]
pub(super) struct May {
    /// Outputs pull reductions as they go.
    pull: bool,
    /// Results are kept that spare decoding chunks again.
    pub(super) keep: bool,
    /// Bytes that are no room for those.
    pub(super) withheld_bytes: u64,
}

impl May {
    /// The next way to go where results took too much: with so much less for those that only spare decoding, and then
    /// without any, where every task decodes what it wants.
    fn keeping_less(self, error: &TaskError) -> Option<May> {
        let TaskError::ResultsTooLarge { needed_bytes, room_bytes, .. } = error else { return None };
        let withheld_bytes = self.withheld_bytes + (needed_bytes - room_bytes);
        match (self.keep, self.withheld_bytes) {
            (false, _) => None,
            (true, 0) => Some(May { withheld_bytes, ..self }),
            (true, _) => Some(May { keep: false, ..self }),
        }
    }
}

/// Cuts a plan into stages, quantiles of many values in passes already. What several stages would decode is decoded once
/// where there is room for it.
fn lower_selected(
    id: ComputationId,
    plan: Plan,
    goals: &[Goal],
    resources: Resources,
    may: May,
) -> Result<Computation, TaskError> {
    let apart = lower_sharing(id, plan, goals, resources, may, &[])?;
    let again = if may.keep { apart.decoded_again() } else { Vec::new() };
    let apart = apart.computation;
    if again.is_empty() {
        return Ok(apart);
    }
    match lower_sharing(id, apart.plan.clone(), goals, resources, may, &again) {
        Ok(sharing) if read_bytes(&sharing.computation) < read_bytes(&apart) => Ok(sharing.computation),
        // What is shared leaves the rest too little room.
        _ => Ok(apart),
    }
}

/// Cuts a plan into stages, of which the first decode what is shared.
fn lower_sharing(
    id: ComputationId,
    plan: Plan,
    goals: &[Goal],
    resources: Resources,
    may: May,
    shared_sources: &[SharedSource],
) -> Result<Lowering, TaskError> {
    let geometries: BTreeMap<NodeId, ReduceGeometry> = plan
        .ids()
        .filter_map(|id| match &plan.node(id).operation {
            Operation::Reduce(reduce) | Operation::SelectionPass(SelectionPass { reduce, .. }) => {
                Some((id, reduce_geometry(&plan, id, reduce)))
            }
            _ => None,
        })
        .collect();
    let passes = shared_passes(&plan, &geometries, resources.budget_bytes);
    let shared = passes.iter().filter(|pass| pass.nodes.len() > 1).flat_map(|pass| pass.nodes.clone()).collect();
    let task_count = |output: usize| wished_grid(&plan, plan.outputs()[output], &goals[output]).chunk_count();
    let pulled = if may.pull { pulled_once(&plan, &geometries, &shared, &task_count) } else { BTreeSet::new() };
    let blocks = geometries.iter().map(|(id, geometry)| (*id, geometry.blocks.clone()));
    let blocks = blocks.chain(product_blocks(&plan)).collect();
    let computation = Computation { id, plan, stages: Vec::new(), blocks, large_bytes: 0, partials: None };
    let mut lowering = Lowering {
        computation,
        resources,
        may,
        materialised: BTreeMap::new(),
        shared: BTreeMap::new(),
        kept_bytes: 0,
        readers: Vec::new(),
        earlier: Vec::new(),
        geometries,
    };
    lowering.add_shared(shared_sources)?;
    let once = wanted_once(&lowering.computation.plan);
    // Each before those that read it: in the order of their nodes.
    let mut passes = passes.into_iter().filter(|pass| !pulled.contains(&pass.nodes[0])).peekable();
    for node in lowering.computation.plan.ids() {
        if let Some(pass) = passes.next_if(|pass| pass.nodes[0] == node) {
            lowering.add_pass(pass)?;
        }
        match lowering.computation.plan.node(node).operation {
            Operation::Quantile(_) => lowering.add_quantiles(node)?,
            Operation::Scan(_) => lowering.add_scan(node)?,
            Operation::Contract(_) if !once.contains(&node) => lowering.add_product(node)?,
            _ => {}
        }
    }
    lowering.collect_finished(goals);
    for (output, goal) in goals.iter().enumerate() {
        lowering.add_output(output, goal.clone())?;
    }
    lowering.reserve()?;
    Ok(lowering)
}

/// The regions in which an output would best be computed.
fn wished_grid(plan: &Plan, node: NodeId, goal: &Goal) -> ChunkGrid {
    match goal {
        Goal::Write(target) if target.shape == plan.node(node).shape => write_grid(plan, node, &target.write_grid),
        // What it costs to compute every chunk is what is asked.
        Goal::Discard => plan.node(node).grid.clone(),
        _ => free_grid(plan, node),
    }
}

/// A computation in the making.
pub(super) struct Lowering {
    pub(super) computation: Computation,
    pub(super) resources: Resources,
    pub(super) may: May,
    /// Nodes whose values a stage leaves with the workers.
    pub(super) materialised: BTreeMap<NodeId, StageId>,
    /// Those of them that serve all stages that read them, with the bytes of their values.
    pub(super) shared: BTreeMap<NodeId, u64>,
    /// Bytes of results that stages leave with the workers to be read in other regions.
    pub(super) kept_bytes: u64,
    /// Stages that read such results, of those that are kept now, and those that end before others are kept.
    pub(super) readers: Vec<StageId>,
    pub(super) earlier: Vec<StageId>,
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

    /// The stage that materialises quantiles: in small regions, cut out of chunks that an earlier stage has decoded; where
    /// memory doesn't hold those, in regions as large as fit, each of which decodes what it needs.
    fn add_quantiles(&mut self, node: NodeId) -> Result<(), TaskError> {
        self.forget_uncovered(node, &Region::whole(&self.computation.plan.node(node).shape));
        let plan = &self.computation.plan;
        let small = self.fit(node, small_grid(plan, node), None)?;
        let demand = Demand::of_input(plan, node, &small);
        let task_bytes = self.projection().evaluate_bytes(node, &largest_region(&small));
        let grid = if self.is_thrifty(&demand) || self.materialise_for(&demand, task_bytes)? {
            self.fit(node, small, None)?
        } else {
            self.fit(node, natural_grid(&self.computation.plan, node), None)?
        };
        let name = match &self.computation.plan.node(node).operation {
            Operation::Quantile(Quantile { kind: QuantileKind::Median, .. }) => "median",
            _ => "quantile",
        };
        let stage = self.push_producer(node, grid, StageOutput::Keep, name.to_owned());
        self.materialised.insert(node, stage);
        Ok(())
    }

    /// The stage that materialises a function along an axis: in regions that have all of it, cut out of chunks that an
    /// earlier stage has decoded where each would be decoded again and again.
    fn add_scan(&mut self, node: NodeId) -> Result<(), TaskError> {
        self.forget_uncovered(node, &Region::whole(&self.computation.plan.node(node).shape));
        let grid = self.fit(node, natural_grid(&self.computation.plan, node), None)?;
        let demand = Demand::of_input(&self.computation.plan, node, &grid);
        let task_bytes = self.projection().evaluate_bytes(node, &largest_region(&grid));
        self.materialise_for(&demand, task_bytes)?;
        let grid = self.fit(node, grid, None)?;
        let name = match &self.computation.plan.node(node).operation {
            Operation::Scan(scan) => scan.kind.name(),
            _ => "scan",
        };
        let stage = self.push_producer(node, grid, StageOutput::Keep, name.to_owned());
        self.materialised.insert(node, stage);
        Ok(())
    }

    /// Has finished reductions and quantiles go straight to the script where it wants them all, and nothing else reads them.
    fn collect_finished(&mut self, goals: &[Goal]) {
        let uses = self.computation.plan.use_counts();
        let finishing: BTreeSet<StageId> = self.materialised.values().copied().collect();
        for id in finishing {
            let outputs = self.computation.plan.outputs();
            let output = |node: &NodeId| {
                let output = outputs.iter().position(|output| output == node)?;
                (uses[node.0 as usize] == 1 && goals[output] == Goal::Collect).then_some(output)
            };
            let wanted: Option<Vec<usize>> = self.computation.stage(id).nodes().iter().map(output).collect();
            if let Some(outputs) = wanted {
                self.computation.stages[id.0 as usize].output = StageOutput::Collect { outputs };
            }
        }
    }

    fn add_output(&mut self, output: usize, goal: Goal) -> Result<(), TaskError> {
        let node = self.computation.plan.outputs()[output];
        if let Some(stage) = self.materialised.get(&node)
            && let StageOutput::Collect { outputs } = &self.computation.stage(*stage).output
            && outputs.contains(&output)
        {
            return Ok(());
        }
        let shape = self.computation.plan.node(node).shape.clone();
        self.forget_uncovered(node, &Region::whole(&shape));
        let wished = wished_grid(&self.computation.plan, node, &goal);
        let (written, stage_output, name) = match goal {
            Goal::Collect => (None, StageOutput::Collect { outputs: vec![output] }, "compute".to_owned()),
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
        let mut grid = self.fit(node, wished, written.as_ref())?;
        let demand = Demand::of_grid(node, &grid);
        let first = StageId(self.computation.stages.len() as u16);
        let task_bytes = self.projection().evaluate_bytes(node, &largest_region(&grid));
        match (self.remedy_for(&demand, task_bytes, written.as_ref())?, written) {
            (Remedy::Waves { nodes, waves }, Some(written)) => {
                for band in &waves.bands {
                    self.add_wave(&demand.of_band(band), &nodes, &waves.reason)?;
                    let part = gathered_grid(&self.computation.plan, node, &written.within(band));
                    let part = self.fit(node, part, Some(&written))?;
                    self.note_read_regions(&Demand::of_part(node, &part, &band.start), first);
                    self.push_part(node, part, &band.start, stage_output.clone(), name.clone());
                }
                return Ok(());
            }
            (Remedy::Done, written) => {
                if let Some(written) = &written {
                    grid = self.fit(node, gathered_grid(&self.computation.plan, node, written), Some(written))?;
                }
                self.note_read_regions(&Demand::of_grid(node, &grid), first);
            }
            _ => {}
        }
        self.push_producer(node, grid, stage_output, name);
        Ok(())
    }

    /// Adds a stage that computes all of a node, a region of the grid a task.
    pub(super) fn push_producer(
        &mut self,
        node: NodeId,
        grid: ChunkGrid,
        output: StageOutput,
        name: String,
    ) -> StageId {
        let origin = vec![0; grid.ndim()];
        self.push_part(node, grid, &origin, output, name)
    }

    /// Adds a stage that computes the part of a node where the grid lies, a region of the grid a task.
    fn push_part(
        &mut self,
        node: NodeId,
        grid: ChunkGrid,
        origin: &[usize],
        output: StageOutput,
        name: String,
    ) -> StageId {
        let part = Region::whole(&grid.shape()).offset_by(origin);
        let reads = self.reads_below(&[node], &part);
        let encoding_bytes = match &output {
            StageOutput::Write { target, .. } => self.encoding_bytes(node, &target.write_grid),
            _ => 0,
        };
        let stage = self.push(Stage {
            task_count: grid.chunk_count(),
            task_bytes: self.projection().evaluate_bytes(node, &largest_region(&grid)) + encoding_bytes,
            result_bytes: 0,
            reserve_bytes: 0,
            after: reads.values().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            reads,
            read_bytes: self.read_bytes(&[node], &part),
            name,
            read_in: None,
            reason: None,
            work: StageWork::Produce { node, grid, origin: origin.to_vec() },
            output,
        });
        self.note_reader(stage);
        stage
    }

    pub(super) fn push(&mut self, stage: Stage) -> StageId {
        self.computation.stages.push(stage);
        StageId(self.computation.stages.len() as u16 - 1)
    }

    /// The materialised nodes that a region of some nodes pulls, with the stages that leave them.
    pub(super) fn reads_below(&self, nodes: &[NodeId], region: &Region) -> BTreeMap<NodeId, StageId> {
        let Computation { plan, blocks, .. } = &self.computation;
        let mut found = BTreeMap::new();
        for &node in nodes {
            visit_leaves(plan, blocks, &self.materialised, node, region.clone(), &mut |leaf, _| {
                found.extend(self.materialised.get(&leaf).map(|stage| (leaf, *stage)));
            });
        }
        found
    }

    /// Raw bytes of stored arrays that a region of some nodes pulls, together.
    pub(super) fn read_bytes(&self, nodes: &[NodeId], region: &Region) -> u64 {
        let mut pulled = HashMap::new();
        let Computation { plan, blocks, .. } = &self.computation;
        for &node in nodes {
            visit_stored(plan, blocks, &self.materialised, node, region.clone(), &mut |leaf, source, region| {
                let bytes = region.element_count() as u64 * source.dtype.size_bytes() as u64;
                pulled.insert((leaf, region.clone()), bytes);
            });
        }
        pulled.into_values().sum()
    }
}
