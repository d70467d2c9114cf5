//! Results of reducing tasks that are kept for later attempts of a run: under which names, and how those of an attempt with
//! other memory, which cut the kept axes at other places, are put together.

use super::selections::selection_of;
use super::{Computation, PlanDigest, StageOutput, StageWork, TaskId, TaskResult};
use crate::array::{Buffer, Chunk, Region};
use crate::kernels::reduction::Accumulator;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// What a kept result is of: equal for equal values on whatever ranks and memory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartialName {
    /// Digest of the nodes and of the values that are summarised.
    pub what: PlanDigest,
    /// Region of the nodes.
    pub region: Region,
}

impl fmt::Display for PartialName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |lengths: &[usize]| lengths.iter().map(usize::to_string).collect::<Vec<_>>().join("_");
        write!(formatter, "{}-{}-{}", self.what, joined(&self.region.start), joined(&self.region.shape))
    }
}

/// A file name that no partial has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no partial is called {name:?}")]
pub struct NoPartialName {
    name: String,
}

impl FromStr for PartialName {
    type Err = NoPartialName;

    fn from_str(name: &str) -> Result<PartialName, NoPartialName> {
        let lengths = |text: &str| -> Option<Vec<usize>> {
            text.split('_').filter(|length| !length.is_empty()).map(|length| length.parse().ok()).collect()
        };
        let parse = || {
            let mut parts = name.split('-');
            let what = parts.next()?.parse().ok()?;
            let (start, shape) = (lengths(parts.next()?)?, lengths(parts.next()?)?);
            (parts.next().is_none() && start.len() == shape.len())
                .then(|| PartialName { what, region: Region::new(start, shape) })
        };
        parse().ok_or_else(|| NoPartialName { name: name.to_owned() })
    }
}

/// A directory, which all ranks see, with results of reducing tasks: of earlier attempts of a run, and for later ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partials {
    /// The directory.
    pub directory: PathBuf,
    /// What earlier attempts have left there: regions and the bytes of their files.
    pub kept: BTreeMap<PlanDigest, BTreeMap<Region, u64>>,
}

/// Bytes in memory for each byte of a file that is read: the file, and its values.
const READ_COPIES: u64 = 2;

impl Computation {
    /// The name under which the result of a task is kept for later attempts of the run, where it reduces or makes values for
    /// the script. `None` for other tasks.
    pub fn partial_name(&self, task: TaskId) -> Option<PartialName> {
        let (mut level, mut stage) = (0_u32, self.stage(task.stage));
        let region = self.region_of(task);
        let (position, count) = match &stage.work {
            StageWork::Produce { node, .. } => {
                let is_collected = matches!(stage.output, StageOutput::Collect { .. });
                let what = || PlanDigest::of(&(self.large_bytes, node));
                return is_collected.then(|| PartialName { what: what(), region });
            }
            StageWork::Reduce(work) => (task.index % work.runs(), work.runs()),
            StageWork::Merge(work) => (task.index % work.groups(), work.groups()),
        };
        while let StageWork::Merge(work) = &stage.work {
            level += 1;
            stage = self.stage(work.source);
        }
        let StageWork::Reduce(work) = &stage.work else { return None };
        let cut = (self.large_bytes, &work.nodes, &work.blocks, work.run_length);
        Some(PartialName { what: PlanDigest::of(&(cut, level, position, count)), region })
    }

    /// The kept results that a task's result can be had from, disjoint but for one that holds all of it; `None` where they
    /// don't cover it, or one takes more memory than the task may.
    pub fn kept_parts(&self, task: TaskId) -> Option<Vec<PartialName>> {
        let kept = &self.partials.as_ref().filter(|partials| !partials.kept.is_empty())?.kept;
        let PartialName { what, region } = self.partial_name(task)?;
        let kept = kept.get(&what)?;
        let named = |region: &Region| PartialName { what, region: region.clone() };
        if kept.contains_key(&region) {
            return Some(vec![named(&region)]);
        }
        let stage = self.stage(task.stage);
        // Rows and counters of selections have lengths of their own.
        if selection_of(&self.plan, stage.nodes()[0]).is_some() || region.is_empty() {
            return None;
        }
        let fits = |bytes: &u64| bytes * READ_COPIES <= stage.task_bytes;
        let meeting = kept.iter().filter(|(part, bytes)| fits(bytes) && !part.intersect(&region).is_empty());
        let mut meeting: Vec<&Region> = meeting.map(|(part, _)| part).collect();
        meeting.sort_by_key(|part| std::cmp::Reverse(part.intersect(&region).element_count()));
        let mut parts: Vec<&Region> = Vec::new();
        for part in meeting {
            let common = part.intersect(&region);
            if parts.iter().all(|other| other.intersect(&common).is_empty()) {
                parts.push(part);
            }
        }
        let covered: usize = parts.iter().map(|part| part.intersect(&region).element_count()).sum();
        (covered == region.element_count()).then(|| parts.into_iter().map(named).collect())
    }

    /// A task's result from kept ones of the names that [`kept_parts`](Computation::kept_parts) gives, each loaded when it
    /// is its turn; `None` where one can't be loaded or is of another kind.
    pub fn put_together(
        &self,
        task: TaskId,
        mut parts: Vec<PartialName>,
        load: impl Fn(&PartialName) -> Option<TaskResult>,
    ) -> Option<TaskResult> {
        let whole = self.region_of(task);
        if let [only] = &parts[..]
            && only.region == whole
        {
            return load(only);
        }
        let stage = self.stage(task.stage);
        let group_axis = match &stage.work {
            StageWork::Produce { .. } => None,
            _ => self.reduce_of(stage.nodes()[0]).group_axis(),
        };
        // Of each array or field of a state: its values, and whether it has groups first.
        let mut results: Vec<Vec<Chunk>> = Vec::new();
        let mut is_partial = false;
        for part in parts.drain(..) {
            let found = load(&part)?;
            is_partial = matches!(found, TaskResult::Partial(_));
            let axis = if is_partial { group_axis } else { None };
            let (to, from, common) = (
                groups_first(&whole, axis),
                groups_first(&part.region, axis),
                groups_first(&part.region.intersect(&whole), axis),
            );
            let found = fields(found, &from)?;
            if results.is_empty() {
                let empty = |chunk: &Chunk| Chunk::zeros(chunk.dtype(), to.shape.clone());
                results = found.iter().map(|fields| fields.iter().map(empty).collect()).collect();
            }
            for (result, found) in results.iter_mut().flatten().zip(found.iter().flatten()) {
                result.copy_from(&common.relative_to(&to.start), found, &common.relative_to(&from.start).start);
            }
        }
        if is_partial {
            let state = |fields: Vec<Chunk>| Accumulator { fields: fields.into_iter().map(Chunk::into_data).collect() };
            return Some(TaskResult::Partial(results.into_iter().map(state).collect()));
        }
        Some(TaskResult::of_chunks(results.into_iter().flatten().collect()))
    }
}

/// A region with an axis of groups first, as states have it.
fn groups_first(region: &Region, axis: Option<usize>) -> Region {
    let (mut start, mut shape) = (region.start.clone(), region.shape.clone());
    if let Some(axis) = axis {
        start[..=axis].rotate_right(1);
        shape[..=axis].rotate_right(1);
    }
    Region::new(start, shape)
}

/// The values of a result: those of each state field by field; `None` where they aren't those of a region.
fn fields(result: TaskResult, region: &Region) -> Option<Vec<Vec<Chunk>>> {
    let field = |buffer: Buffer| Chunk::new(buffer.dtype(), region.shape.clone(), buffer).ok();
    let states: Option<Vec<Vec<Chunk>>> = match result {
        TaskResult::Chunk(chunk) => Some(vec![vec![chunk]]),
        TaskResult::Chunks(chunks) => Some(chunks.into_iter().map(|chunk| vec![chunk]).collect()),
        TaskResult::Partial(states) => {
            states.into_iter().map(|state| state.fields.into_iter().map(field).collect()).collect()
        }
    };
    states.filter(|states| states.iter().flatten().all(|chunk| chunk.shape() == region.shape))
}
