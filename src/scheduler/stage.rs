//! Progress of one stage: counters, one bit a task, and four bytes a task where results or inputs must be found again.

use super::bits::Bits;
use super::unassigned::Unassigned;
use crate::protocol::WorkerId;
use crate::task::{Computation, ComputationId, ResultId, Skip, Stage, StageId, StageOutput, StageWork, TaskId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

/// Where the kept results of a stage are.
#[derive(Debug, Default)]
pub(super) struct Locations {
    workers: Vec<u32>,
    /// Most bytes of one of them.
    result_bytes: u64,
}

/// Stands for a result that isn't there yet.
const NOWHERE: u32 = u32::MAX;

impl Locations {
    fn new(task_count: u64, result_bytes: u64) -> Locations {
        Locations { workers: vec![NOWHERE; task_count as usize], result_bytes }
    }

    /// Adds the bytes that each worker keeps, and notes the largest result there.
    pub(super) fn add_bytes(&self, kept: &mut BTreeMap<WorkerId, (u64, u64)>) {
        for &worker in self.workers.iter().filter(|&&worker| worker != NOWHERE) {
            let (bytes, largest) = kept.entry(WorkerId(worker)).or_default();
            *bytes += self.result_bytes;
            *largest = self.result_bytes.max(*largest);
        }
    }

    /// Number of results, there or not.
    pub(super) fn len(&self) -> u64 {
        self.workers.len() as u64
    }

    fn set(&mut self, index: u64, worker: WorkerId) {
        self.workers[index as usize] = worker.0;
    }

    /// The worker that keeps a result.
    pub(super) fn get(&self, index: u64) -> Option<WorkerId> {
        self.workers.get(index as usize).copied().filter(|&worker| worker != NOWHERE).map(WorkerId)
    }
}

/// Kept results of earlier computations.
pub(super) type Persisted = BTreeMap<(ComputationId, StageId), Locations>;

/// Progress of one stage.
#[derive(Debug)]
pub(super) struct StageProgress {
    /// Stages that must be complete first and aren't.
    pub(super) waiting_for: usize,
    /// Whether its first task could run.
    pub(super) is_started: bool,
    /// Whether all its tasks are done and its readers know.
    pub(super) is_closed: bool,
    /// Whether its results go to merge tasks, one by one.
    pub(super) is_merged: bool,
    /// Stages that read its results and aren't complete.
    pub(super) readers_left: usize,
    /// Whether its tasks may read kept results.
    pub(super) reads_results: bool,
    /// Whether its tasks merge results, as soon as those are there.
    pub(super) merges: bool,
    /// Stages whose results are worth having a task near to.
    pub(super) near: BTreeSet<(ComputationId, StageId)>,
    /// Tasks that no worker has; for a stage that merges, none.
    pub(super) unassigned: Unassigned,
    pub(super) locations: Option<Locations>,
    done: Bits,
    done_count: u64,
    task_count: u64,
    /// For each merge task, its inputs that aren't there yet.
    missing_inputs: Vec<u32>,
}

impl StageProgress {
    pub(super) fn new(
        computation: &Computation,
        id: StageId,
        skip: &Skip,
        persisted: &Persisted,
        worker_count: usize,
    ) -> Self {
        let stage = computation.stage(id);
        let is_kept = matches!(stage.output, StageOutput::Keep | StageOutput::Persist { .. });
        let merges = matches!(stage.work, StageWork::Merge(_));
        let missing_inputs = missing_inputs(computation, id, skip);
        let rest = skip.rest(id, stage.task_count);
        let unassigned = match merges {
            // The others run as soon as their inputs are there.
            true => {
                rest.into_iter().flatten().filter(|&index| missing_inputs[index as usize] == 0).map(single).collect()
            }
            false => rest,
        };
        let mut done = Bits::new(stage.task_count);
        skip.of_stage(id).iter().cloned().flatten().for_each(|index| {
            done.insert(index);
        });
        let sources = if merges { BTreeMap::new() } else { result_sources(computation, id, persisted) };
        let is_near = |&count: &u64| count >= 4 * worker_count as u64 && count >= stage.task_count / 16;
        StageProgress {
            waiting_for: stage.after.len(),
            is_started: false,
            is_closed: false,
            is_merged: computation.stages.iter().any(|other| merge_source(&other.work) == Some(id)),
            readers_left: computation.stages.iter().filter(|other| reads(other, id)).count(),
            reads_results: !sources.is_empty(),
            merges,
            near: sources.into_iter().filter(|(_, count)| is_near(count)).map(|(source, _)| source).collect(),
            unassigned: Unassigned::new(unassigned),
            locations: is_kept.then(|| Locations::new(stage.task_count, stage.result_bytes)),
            done,
            done_count: skip.count(id),
            task_count: stage.task_count,
            missing_inputs,
        }
    }

    /// Takes note of a task done; says whether it is news.
    pub(super) fn note_done(&mut self, index: u64, worker: WorkerId) -> bool {
        if !self.done.insert(index) {
            return false;
        }
        self.done_count += 1;
        if let Some(locations) = &mut self.locations {
            locations.set(index, worker);
        }
        true
    }

    /// Takes note of one more input of a merge task; says whether that was the last.
    pub(super) fn note_input(&mut self, index: u64) -> bool {
        let missing = &mut self.missing_inputs[index as usize];
        *missing = missing.saturating_sub(1);
        *missing == 0
    }

    /// Whether every task is done.
    pub(super) fn is_complete(&self) -> bool {
        self.done_count == self.task_count
    }

    /// Whether tasks of it can be handed out.
    pub(super) fn is_open(&self) -> bool {
        self.is_started && self.unassigned.count() > 0
    }
}

impl fmt::Display for StageProgress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of {} tasks done", self.done_count, self.task_count)?;
        let merges = self.missing_inputs.iter().filter(|&&missing| missing > 0).count();
        match (self.waiting_for, self.unassigned.count(), merges) {
            (stages, _, 0) if stages > 0 => write!(formatter, ", waits for {stages} stages"),
            (_, 0, 0) => write!(formatter, ", all others with workers"),
            (_, unassigned, 0) => write!(formatter, ", {unassigned} with no worker"),
            (_, _, merges) => write!(formatter, ", {merges} wait for inputs"),
        }
    }
}

fn single(index: u64) -> Range<u64> {
    index..index + 1
}

/// For each task of a stage that merges, the inputs that are still to be made.
fn missing_inputs(computation: &Computation, id: StageId, skip: &Skip) -> Vec<u32> {
    let stage = computation.stage(id);
    let StageWork::Merge(work) = &stage.work else { return Vec::new() };
    let runs = |index: u64| (work.source_runs - index % work.groups() * work.fan_in).min(work.fan_in) as u32;
    let mut missing: Vec<u32> = (0..stage.task_count).map(runs).collect();
    for index in skip.of_stage(work.source).iter().cloned().flatten() {
        if let Some(merge) = computation.merged_by(TaskId { stage: work.source, index }) {
            missing[merge.index as usize] -= 1;
        }
    }
    missing
}

/// The stage whose results a stage merges.
pub(super) fn merge_source(work: &StageWork) -> Option<StageId> {
    match work {
        StageWork::Merge(work) => Some(work.source),
        _ => None,
    }
}

/// Whether a stage's tasks wait for all results of another, and read some.
pub(super) fn reads(stage: &Stage, source: StageId) -> bool {
    merge_source(&stage.work).is_none() && stage.after.contains(&source)
}

/// The stages whose results a stage's tasks may read, with the number of those results.
fn result_sources(
    computation: &Computation,
    id: StageId,
    persisted: &Persisted,
) -> BTreeMap<(ComputationId, StageId), u64> {
    let own = computation.stage(id).after.iter().map(|source| {
        let count = computation.stage(*source).task_count;
        ((computation.id, *source), count)
    });
    let earlier = computation.persisted_sources().into_iter().map(|source| {
        let count = persisted.get(&source).map_or(0, Locations::len);
        (source, count)
    });
    own.chain(earlier).collect()
}

/// The worker that keeps a result, of this computation or an earlier one.
pub(super) fn locate(
    computation: ComputationId,
    stages: &[StageProgress],
    persisted: &Persisted,
    result: ResultId,
) -> Option<WorkerId> {
    let locations = if result.computation == computation {
        stages[result.task.stage.0 as usize].locations.as_ref()
    } else {
        persisted.get(&(result.computation, result.task.stage))
    };
    locations?.get(result.task.index)
}
