//! All-to-all steps: where the regions of an output or a reduction cut across stored chunks, so that each chunk would be
//! decoded by every region it meets, a stage before decodes it once and leaves the values with the workers, in the
//! stored grid; the tasks gather the parts they need.
//!
//! What is left may be the stored arrays themselves or something computed from them: whatever takes the fewest bytes and
//! comes without decoding anything twice. All of it is arithmetic on a sample of the tasks' regions.

use super::demand::Demand;
use super::geometry::source_grid;
use super::lower::Lowering;
use super::memory::largest_region;
use super::passes::Pass;
use super::products::has_product;
use super::pull::{visit_leaves, visit_stored};
use super::waves::{How, Remedy, Way, mebibytes};
use super::{Computation, Resources, Stage, StageId, StageOutput, StageWork, TaskError};
use crate::array::{ChunkGrid, Region, StoredArray};
use crate::plan::{NodeId, Operation};
use std::collections::{BTreeMap, BTreeSet};

/// A stored chunk is decoded at most this often, in the mean, before something is done about it.
pub(super) const MOST_DECODINGS: f64 = 1.2;
/// Nodes that are looked at as something to materialise: in longer expressions, only the ends are.
const MOST_CANDIDATES: usize = 200;
/// Stored arrays with less than this share of what is decoded in vain aren't worth a stage.
const NEGLIGIBLE_SHARE: f64 = 0.05;

/// Stored chunks of one array that tasks decode.
#[derive(Debug, Clone)]
struct Decoding {
    /// Chunks that are wanted.
    wanted: f64,
    /// Decodings of them.
    decoded: f64,
    chunk_bytes: f64,
}

impl Decoding {
    fn wasted_bytes(&self) -> f64 {
        (self.decoded - self.wanted).max(0.0) * self.chunk_bytes
    }
}

/// How often each stored chunk is decoded, over several arrays; 0 where there is none.
fn times(decodings: &BTreeMap<NodeId, Decoding>) -> f64 {
    let sum = |bytes: fn(&Decoding) -> f64| decodings.values().map(bytes).sum::<f64>();
    let wanted = sum(|one| one.wanted * one.chunk_bytes);
    if wanted == 0.0 { 0.0 } else { sum(|one| one.decoded * one.chunk_bytes) / wanted }
}

/// How many chunks are decoded for a region of an array.
pub(super) fn decoded_chunks(source: &StoredArray, region: &Region) -> f64 {
    if source.reads_parts {
        return region.element_count() as f64 / largest_region(&source.read_grid).element_count().max(1) as f64;
    }
    source.read_grid.count_in(region) as f64
}

impl Lowering {
    /// Whether the tasks of a demand decode stored chunks about once.
    pub(super) fn is_thrifty(&self, demand: &Demand) -> bool {
        times(&self.decodings(demand, &self.materialised)) <= MOST_DECODINGS
    }

    /// Adds stages that materialise what makes a demand decode stored chunks once, where it would decode them again and
    /// again and memory holds the values beside tasks of `task_bytes`, or scratch does. Says whether it did.
    pub(super) fn materialise_for(&mut self, demand: &Demand, task_bytes: u64) -> Result<bool, TaskError> {
        Ok(matches!(self.remedy_for(demand, task_bytes, None)?, Remedy::Done))
    }

    /// The same for a demand that may be met in waves, each of whole chunks of `written`: where that moves or reads fewer
    /// bytes, it adds nothing and says in which.
    pub(super) fn remedy_for(
        &mut self,
        demand: &Demand,
        task_bytes: u64,
        written: Option<&ChunkGrid>,
    ) -> Result<Remedy, TaskError> {
        let decodings = self.decodings(demand, &self.materialised);
        let decoded_times = times(&decodings);
        if decoded_times <= MOST_DECODINGS || !self.may.keep {
            return Ok(Remedy::Nothing);
        }
        let Some((nodes, bytes)) = self.cheapest_remedy(demand, &decodings) else { return Ok(Remedy::Nothing) };
        let room = self.room_for(&nodes, task_bytes);
        if bytes > room / 2 && has_product(&self.computation.plan, &self.materialised, demand.root) {
            // A task has all at hand that it reads of earlier results: a product would be cut into many small regions.
            return Ok(Remedy::Nothing);
        }
        let again: f64 = decodings.values().map(Decoding::wasted_bytes).sum();
        let case = format!("each stored chunk would be decoded {decoded_times:.1} times; {} to keep", mebibytes(bytes));
        let way = if bytes <= room {
            let reason = format!("in one pass, otherwise {case}, memory for {}", mebibytes(room));
            Way { bytes: 0, how: How::Memory(reason) }
        } else {
            self.cheapest_way(demand, &nodes, [bytes, room], written, &case)
        };
        if way.bytes as f64 >= again {
            return Ok(Remedy::Nothing);
        }
        let reason = match way.how {
            How::Waves(waves) => return Ok(Remedy::Waves { nodes, waves }),
            How::Memory(reason) => reason,
        };
        if self.kept_bytes + bytes > room {
            // What was kept so far is released before this begins, but for what serves all stages.
            self.earlier = std::mem::take(&mut self.readers);
            self.kept_bytes = self.shared.values().sum();
        }
        self.kept_bytes += bytes;
        for node in nodes {
            let part = self.pulled_part(demand, node);
            self.add_source(node, &part, "rechunk", reason.clone())?;
        }
        Ok(Remedy::Done)
    }

    /// Bytes that the results of nodes can take in memory beside tasks of `task_bytes`.
    fn room_for(&self, nodes: &[NodeId], task_bytes: u64) -> u64 {
        let plan = &self.computation.plan;
        let most_bytes = |node: &NodeId| {
            let grid = source_grid(plan, *node, &Region::whole(&plan.node(*node).shape));
            largest_region(&grid).element_count() as u64 * plan.node(*node).dtype.size_bytes() as u64
        };
        let result_bytes = nodes.iter().map(most_bytes).max().unwrap_or(0);
        let memory = Resources { scratch_bytes: 0, ..self.resources };
        let room = memory.room_beside(task_bytes, result_bytes).min(self.resources.room_for_results(task_bytes));
        room.saturating_sub(self.may.withheld_bytes)
    }

    /// Decoded bytes of the stored chunks that a demand needs.
    pub(super) fn wanted_bytes(&self, demand: &Demand) -> f64 {
        let decodings = self.decodings(demand, &self.materialised);
        decodings.values().map(|one| one.wanted * one.chunk_bytes).sum()
    }

    /// How often the tasks of a demand decode stored chunks.
    fn decodings(&self, demand: &Demand, materialised: &BTreeMap<NodeId, StageId>) -> BTreeMap<NodeId, Decoding> {
        let Computation { plan, blocks, .. } = &self.computation;
        let mut found: BTreeMap<NodeId, Decoding> = BTreeMap::new();
        let mut bounds: BTreeMap<NodeId, Region> = BTreeMap::new();
        visit_stored(plan, blocks, materialised, demand.root, demand.whole.clone(), &mut |leaf, source, region| {
            let chunk_bytes = largest_region(&source.read_grid).element_count() * source.dtype.size_bytes();
            let chunk_bytes = chunk_bytes as f64;
            let one = found.entry(leaf).or_insert(Decoding { wanted: 0.0, decoded: 0.0, chunk_bytes });
            let bound = bounds.entry(leaf).or_insert_with(|| region.clone());
            *bound = bound.bounding(region);
            one.wanted += decoded_chunks(source, region);
            one.wanted = one.wanted.min(decoded_chunks(source, bound));
        });
        let scale = demand.count as f64 / demand.samples.len().max(1) as f64;
        for region in &demand.samples {
            visit_stored(plan, blocks, materialised, demand.root, region.clone(), &mut |leaf, source, region| {
                if let Some(one) = found.get_mut(&leaf) {
                    one.decoded += decoded_chunks(source, region) * scale;
                }
            });
        }
        found
    }

    /// The nodes to materialise, and the bytes of what is wanted of them; `None` where nothing helps.
    fn cheapest_remedy(&self, demand: &Demand, decodings: &BTreeMap<NodeId, Decoding>) -> Option<(Vec<NodeId>, u64)> {
        let wasted: f64 = decodings.values().map(Decoding::wasted_bytes).sum();
        let is_wasteful = |one: &Decoding| one.wasted_bytes() > NEGLIGIBLE_SHARE * wasted;
        let leaves: Vec<NodeId> = decodings.iter().filter(|(_, one)| is_wasteful(one)).map(|(id, _)| *id).collect();
        let bytes = leaves.iter().map(|leaf| self.part_bytes(demand, *leaf)).sum();
        let mut best = (leaves, bytes);
        let below = self.nodes_below(demand);
        let candidates = if below.len() > MOST_CANDIDATES { BTreeSet::from([demand.root]) } else { below };
        // Those nearest the root last: of equal ones, what has most of the work done already.
        for node in candidates {
            let bytes = self.part_bytes(demand, node);
            if bytes <= best.1 && self.is_remedy(demand, node, decodings) {
                best = (vec![node], bytes);
            }
        }
        Some(best).filter(|(nodes, _)| !nodes.is_empty())
    }

    /// Nodes that the tasks compute themselves, from stored arrays and above.
    fn nodes_below(&self, demand: &Demand) -> BTreeSet<NodeId> {
        let plan = &self.computation.plan;
        let mut found = BTreeSet::new();
        let mut pending = vec![demand.root];
        while let Some(id) = pending.pop() {
            if !self.materialised.contains_key(&id) && found.insert(id) {
                pending.extend(&plan.node(id).inputs);
            }
        }
        found.retain(|id| {
            let operation = &plan.node(*id).operation;
            !matches!(operation, Operation::InMemory(_) | Operation::Generated(_) | Operation::Persisted(_))
        });
        found
    }

    /// Whether, with this node materialised, no stored chunk is decoded much more than once by both stages together.
    fn is_remedy(&self, demand: &Demand, node: NodeId, decodings: &BTreeMap<NodeId, Decoding>) -> bool {
        let mut materialised = self.materialised.clone();
        materialised.insert(node, StageId(u16::MAX));
        let left = self.decodings(demand, &materialised);
        if times(&left) > MOST_DECODINGS {
            return false;
        }
        let own = match &self.computation.plan.node(node).operation {
            Operation::Reduce(reduce) => {
                let plan = &self.computation.plan;
                Demand::of_blocks(plan, plan.node(node).inputs[0], reduce, &self.geometries[&node])
            }
            _ => {
                let part = self.pulled_part(demand, node);
                Demand::of_part(node, &source_grid(&self.computation.plan, node, &part), &part.start)
            }
        };
        let own = self.decodings(&own, &self.materialised);
        let decoded = |leaf: &NodeId| [&left, &own].iter().filter_map(|all| all.get(leaf)).map(|one| one.decoded).sum();
        let both = decodings.iter().map(|(leaf, one)| (*leaf, Decoding { decoded: decoded(leaf), ..one.clone() }));
        times(&both.collect()) <= MOST_DECODINGS
    }

    /// The region of a node that a demand pulls in all.
    pub(super) fn pulled_part(&self, demand: &Demand, node: NodeId) -> Region {
        let mut materialised = self.materialised.clone();
        materialised.insert(node, StageId(u16::MAX));
        let mut part: Option<Region> = None;
        let whole = demand.whole.clone();
        let Computation { plan, blocks, .. } = &self.computation;
        visit_leaves(plan, blocks, &materialised, demand.root, whole, &mut |leaf, region| {
            if leaf == node {
                part = Some(part.as_ref().map_or_else(|| region.clone(), |part| part.bounding(region)));
            }
        });
        part.unwrap_or_else(|| Region::whole(&self.computation.plan.node(node).shape))
    }

    /// Tells stages that materialise nodes, from the given one on, in which regions the tasks of a demand read them.
    pub(super) fn note_read_regions(&mut self, demand: &Demand, first: StageId) {
        let sources: Vec<(NodeId, StageId)> = self
            .materialised
            .iter()
            .filter(|(_, stage)| **stage >= first)
            .map(|(node, stage)| (*node, *stage))
            .collect();
        for (node, stage) in sources {
            let read_in = ChunkGrid::regular(&self.computation.plan.node(node).shape, &self.read_shape(demand, node));
            self.computation.stages[stage.0 as usize].read_in = Some(read_in);
        }
    }

    /// Shape of the largest region of a node that the first task of a demand pulls.
    fn read_shape(&self, demand: &Demand, node: NodeId) -> Vec<usize> {
        let mut materialised = self.materialised.clone();
        materialised.insert(node, StageId(u16::MAX));
        let mut shape = vec![1; self.computation.plan.node(node).shape.len()];
        let Computation { plan, blocks, .. } = &self.computation;
        if let Some(region) = demand.samples.first() {
            visit_leaves(plan, blocks, &materialised, demand.root, region.clone(), &mut |leaf, region| {
                if leaf == node {
                    shape = shape.iter().zip(&region.shape).map(|(a, b)| *a.max(b)).collect();
                }
            });
        }
        shape
    }

    pub(super) fn part_bytes(&self, demand: &Demand, node: NodeId) -> u64 {
        let item_bytes = self.computation.plan.node(node).dtype.size_bytes() as u64;
        self.pulled_part(demand, node).element_count() as u64 * item_bytes
    }

    /// Adds the stage that materialises a part of a node.
    pub(super) fn add_source(
        &mut self,
        node: NodeId,
        part: &Region,
        name: &str,
        reason: String,
    ) -> Result<(), TaskError> {
        if matches!(self.computation.plan.node(node).operation, Operation::Reduce(_)) {
            return self.add_pass(Pass { nodes: vec![node], geometry: self.geometries[&node].clone() });
        }
        let grid = self.fit(node, source_grid(&self.computation.plan, node, part), None)?;
        let reads = self.reads_below(&[node], part);
        let stage = self.push(Stage {
            task_count: grid.chunk_count(),
            task_bytes: self.projection().evaluate_bytes(node, &largest_region(&grid)),
            result_bytes: 0,
            reserve_bytes: 0,
            after: reads.values().chain(&self.earlier).copied().collect::<BTreeSet<_>>().into_iter().collect(),
            reads,
            read_bytes: self.read_bytes(&[node], part),
            read_in: None,
            name: name.to_owned(),
            reason: Some(reason),
            work: StageWork::Produce { node, grid, origin: part.start.clone() },
            output: StageOutput::Keep,
        });
        self.materialised.insert(node, stage);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{DType, StoredArray};
    use crate::kernels::elementwise::BinaryOp;
    use crate::kernels::reduction::ReductionOptions;
    use crate::plan::{Array, AxisSlice, Plan};
    use crate::task::test_data::stored;
    use crate::task::{ComputationId, Goal, lower};

    const ROOMY: u64 = 1 << 40;

    fn written(array: &Array, chunks: &[usize], budget_bytes: u64) -> Computation {
        let goals = vec![Goal::Write(StoredArray { dtype: array.dtype(), ..stored(array.shape(), chunks) })];
        lower(ComputationId(0), Plan::of(std::slice::from_ref(array)), goals, budget_bytes).unwrap()
    }

    /// How often each chunk of the one stored array is decoded, by all tasks.
    fn decodings(computation: &Computation) -> f64 {
        let plan = &computation.plan;
        let (mut decoded, mut chunks) = (0, 0);
        let computes = |id: &StageId| !matches!(computation.stage(*id).work, StageWork::Merge(_));
        for stage in computation.stage_ids().filter(computes) {
            for index in 0..computation.stage(stage).task_count {
                let (roots, region) = computation.pulled_region(crate::task::TaskId { stage, index });
                for root in roots {
                    let reads = &computation.stage(stage).reads;
                    visit_stored(plan, &computation.blocks, reads, root, region.clone(), &mut |_, source, region| {
                        decoded += source.read_grid.count_in(region);
                        chunks = source.read_grid.chunk_count();
                    });
                }
            }
        }
        decoded as f64 / chunks as f64
    }

    fn names(computation: &Computation) -> Vec<&str> {
        computation.stages.iter().map(|stage| stage.name.as_str()).collect()
    }

    #[test]
    fn a_rechunk_across_all_chunks_decodes_each_once() {
        let x = Array::stored(stored(&[5760, 192, 288], &[4, 192, 288]));
        let computation = written(&x, &[5760, 24, 36], ROOMY);
        assert_eq!(names(&computation), ["rechunk", "write x"]);
        assert_eq!(decodings(&computation), 1.0);
        assert_eq!(computation.stages[1].task_count, 64);
        let back = Array::stored(stored(&[5760, 192, 288], &[5760, 24, 36]));
        assert_eq!(decodings(&written(&back, &[4, 192, 288], ROOMY)), 1.0);
    }

    #[test]
    fn values_that_lie_as_they_are_are_read_in_parts_and_not_kept() {
        let x = Array::stored(StoredArray { reads_parts: true, ..stored(&[5760, 192, 288], &[18, 192, 288]) });
        assert_eq!(names(&written(&x, &[5760, 24, 36], ROOMY)), ["write x"]);
    }

    #[test]
    fn chunks_without_a_common_factor_are_decoded_once() {
        let x = Array::stored(stored(&[8000, 8000], &[1000, 1000]));
        let computation = written(&x, &[999, 999], ROOMY);
        assert!(decodings(&computation) <= 1.2, "{}", decodings(&computation));
        assert_eq!(names(&written(&x, &[500, 500], ROOMY)), ["write x"]);
    }

    #[test]
    fn what_is_kept_is_what_takes_the_fewest_bytes() {
        let x = Array::stored(stored(&[8000, 8000], &[1000, 1000]));
        let wide = x.cast(DType::Float64).unwrap();
        let computation = written(&wide, &[8000, 100], ROOMY);
        assert_eq!(computation.stages[0].nodes(), [NodeId(0)]);
        let narrow = x.binary(BinaryOp::Less, &x.transpose(&[1, 0]).unwrap()).unwrap();
        assert_eq!(decodings(&written(&narrow, &[1000, 1000], ROOMY)), 1.0);
        let sum = x.binary(BinaryOp::Add, &x).unwrap();
        let computation = written(&sum, &[8000, 100], ROOMY);
        assert_eq!(computation.stages[0].nodes(), [NodeId(1)]);
    }

    #[test]
    fn a_reduction_of_a_sum_with_its_transpose_decodes_each_chunk_once() {
        let x = Array::stored(stored(&[8000, 8000], &[1000, 1000]));
        let sum = x.binary(BinaryOp::Add, &x.transpose(&[1, 0]).unwrap()).unwrap();
        let mean = sum.reduce("mean", &[0], ReductionOptions::default()).unwrap();
        assert_eq!(decodings(&written(&mean, &[8000], ROOMY)), 1.0);
    }

    #[test]
    fn only_what_is_wanted_is_kept() {
        let x = Array::stored(stored(&[8000, 8000], &[10, 8000]));
        let quarter =
            x.slice(&[AxisSlice { start: 2000, step: 1, count: 4000 }, AxisSlice { start: 0, step: 1, count: 4000 }]);
        let computation = written(&quarter.unwrap(), &[4000, 10], ROOMY);
        assert_eq!(computation.stages[0].read_bytes, 4000 * 4000 * 4);
        assert!(decodings(&computation) <= 0.5);
    }

    #[test]
    fn with_little_memory_chunks_are_decoded_a_few_times() {
        let x = Array::stored(stored(&[8000, 8000], &[10, 8000]));
        let times = decodings(&written(&x, &[8000, 10], 64 << 20));
        assert!(times > 1.0 && times < 10.0, "{times}");
    }
}
