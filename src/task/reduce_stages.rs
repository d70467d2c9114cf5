//! The stages of reductions: partial states of runs of blocks, and the tree that merges them.

use super::demand::Demand;
use super::fit::{MERGE_FAN_IN, SELECTION_FAN_IN};
use super::lower::Lowering;
use super::memory::largest_region;
use super::passes::Pass;
use super::pull::reduced_inputs;
use super::reduce_geometry::ReduceGeometry;
use super::selections::selection_of;
use super::{MergeWork, ReduceWork, Stage, StageId, StageOutput, StageWork, TaskError};
use crate::array::Region;
use crate::plan::NodeId;
use std::collections::{BTreeMap, BTreeSet};

impl Lowering {
    /// Stages that materialise reductions: their runs, then the levels of the merge tree. Reductions that fit one by one
    /// only are computed so.
    pub(super) fn add_pass(&mut self, mut pass: Pass) -> Result<(), TaskError> {
        let whole_kept = pass.geometry.kept.clone();
        if let Err(error) = self.fit_pass(&mut pass) {
            if pass.nodes.len() == 1 {
                return Err(error);
            }
            pass.geometry.kept = whole_kept;
            return pass.split(&self.computation.plan).into_iter().try_for_each(|pass| self.add_pass(pass));
        }
        let inputs = reduced_inputs(&self.computation.plan, &pass.nodes);
        let whole = Region::whole(&self.computation.plan.node(inputs[0]).shape);
        inputs.iter().for_each(|&input| self.forget_uncovered(input, &whole));
        if !self.pull_alike(&inputs, &whole) && !inputs.iter().all(|&input| self.is_thrifty_pass(input, &pass)) {
            // What is decoded once for one of them isn't all that another needs.
            return pass.split(&self.computation.plan).into_iter().try_for_each(|pass| self.add_pass(pass));
        }
        for &input in &inputs {
            let reduce = self.computation.reduce_of(pass.nodes[0]);
            let demand = Demand::of_blocks(&self.computation.plan, input, reduce, &pass.geometry);
            let first = StageId(self.computation.stages.len() as u16);
            if self.materialise_for(&demand, self.projection().pass_bytes(&pass))? {
                pass.geometry.kept = whole_kept.clone();
                self.fit_pass(&mut pass)?;
                let reduce = self.computation.reduce_of(pass.nodes[0]);
                let demand = Demand::of_blocks(&self.computation.plan, input, reduce, &pass.geometry);
                self.note_read_regions(&demand, first);
            }
        }
        let alone_bytes = self.projection().pass_bytes(&pass);
        let task_bytes = (alone_bytes + self.projection().gathered_bytes(&pass)).min(self.resources.budget_bytes);
        let Pass { nodes, geometry: ReduceGeometry { kept, blocks, run_length } } = pass;
        let state_bytes = alone_bytes.min(self.projection().state_bytes(&nodes, &largest_region(&kept)));
        let mut reads = self.reads_below(&inputs, &whole);
        let before = self.computation.pass_before(nodes[0]);
        reads.extend(before.and_then(|before| Some((before, *self.materialised.get(&before)?))));
        let work = ReduceWork { nodes: nodes.clone(), kept: kept.clone(), blocks, run_length };
        let runs = work.runs();
        let first = self.push(Stage {
            task_count: kept.chunk_count() * runs,
            task_bytes,
            result_bytes: 0,
            reserve_bytes: 0,
            after: reads.values().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            reads,
            read_bytes: self.read_bytes(&inputs, &whole),
            name: self.names(&nodes),
            read_in: None,
            reason: None,
            work: StageWork::Reduce(work),
            output: StageOutput::Keep,
        });
        self.note_reader(first);
        let is_selection = selection_of(&self.computation.plan, nodes[0]).is_some();
        let fan_in = if is_selection { SELECTION_FAN_IN } else { MERGE_FAN_IN };
        let merged = MergeWork { nodes, kept, source: first, source_runs: runs, fan_in };
        self.add_merges(merged, state_bytes);
        Ok(())
    }

    /// Whether a pass over an input decodes stored chunks about once.
    fn is_thrifty_pass(&self, input: NodeId, pass: &Pass) -> bool {
        let reduce = self.computation.reduce_of(pass.nodes[0]);
        self.is_thrifty(&Demand::of_blocks(&self.computation.plan, input, reduce, &pass.geometry))
    }

    /// The levels of the tree that merge partial states, the first of which this is; none where there is one run.
    fn add_merges(&mut self, mut work: MergeWork, state_bytes: u64) {
        while work.source_runs > 1 {
            let (groups, stage) = (work.groups(), StageWork::Merge(work.clone()));
            work.source = self.push(Stage {
                task_count: work.kept.chunk_count() * groups,
                task_bytes: state_bytes * (work.source_runs.min(work.fan_in) + 2),
                result_bytes: 0,
                reserve_bytes: 0,
                after: vec![work.source],
                reads: BTreeMap::new(),
                read_bytes: 0,
                name: format!("merge {}", self.names(&work.nodes)),
                read_in: None,
                reason: None,
                work: stage,
                output: StageOutput::Keep,
            });
            work.source_runs = groups;
        }
        self.materialised.extend(work.nodes.into_iter().map(|node| (node, work.source)));
    }

    /// Names of reductions, each once.
    fn names(&self, nodes: &[NodeId]) -> String {
        let mut names: Vec<&str> = Vec::new();
        for &node in nodes {
            let name = self.computation.reduce_of(node).name.as_str();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(", ")
    }
}
