//! Which chunks of an output are there already, and what is left to do.

use super::Ledger;
use crate::array::{ArrayLocation, Chunk, Region, StoredArray, WrittenChunk};
use crate::journal::{self, Record};
use crate::runtime::RuntimeError;
use crate::store::{self, UnfinishedStore};
use crate::task::{Computation, Goal, PartialName, Partials, PlanDigest, Skip, StageId, StageOutput, TaskId};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

/// What earlier attempts had done already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Skipped {
    /// Chunks that lay on the disk.
    pub chunks: u64,
    /// Chunks of all outputs that were looked at.
    pub chunks_total: u64,
    /// Values handed back.
    pub values: u64,
    /// Partial results loaded.
    pub partials: u64,
}

/// Outputs that are to be written now.
#[derive(Default)]
pub(in crate::runtime) struct BegunOutputs {
    /// The number of each stage's output.
    pub(in crate::runtime) numbers: BTreeMap<StageId, u32>,
    /// Chunks of the targets that are there, by stage.
    done: BTreeMap<StageId, Arc<HashSet<u64>>>,
}

impl BegunOutputs {
    /// Whether some chunk is there.
    fn has_some(&self) -> bool {
        self.done.values().any(|there| !there.is_empty())
    }

    /// Whether every chunk that a task writes is there.
    fn is_done(&self, computation: &Computation, task: TaskId) -> bool {
        let (Some(there), StageOutput::Write { target, .. }) =
            (self.done.get(&task.stage), &computation.stage(task.stage).output)
        else {
            return false;
        };
        target.write_grid.chunks_in(&computation.region_of(task)).iter().all(|chunk| there.contains(chunk))
    }
}

/// An array that is written to, and what is known of it.
struct Target<'a> {
    stages: Vec<StageId>,
    array: &'a StoredArray,
    place: ArrayLocation,
    number: Option<u32>,
    chunks: Vec<WrittenChunk>,
}

impl Ledger {
    /// Finds what earlier attempts have written of a computation's outputs; `None` where that is everything, and it lies in
    /// its final place.
    ///
    /// # Errors
    /// Where the outputs can't be looked at or recorded.
    pub(in crate::runtime) fn begin_outputs(
        &mut self,
        computation: &Computation,
        digest: PlanDigest,
        store: &UnfinishedStore,
    ) -> Result<Option<BegunOutputs>, RuntimeError> {
        let mut targets: Vec<Target<'_>> = Vec::new();
        for stage in computation.stage_ids() {
            let StageOutput::Write { target: array, .. } = &computation.stage(stage).output else { continue };
            if let Some(known) = targets.iter_mut().find(|target| target.array.location == array.location) {
                known.stages.push(stage);
                continue;
            }
            let place = ArrayLocation { store: store.place.clone(), path: array.location.path.clone() };
            let number = self.history.output(computation.id, digest, &place);
            let chunks = number.map_or(Vec::new(), |number| self.chunks_of(number));
            targets.push(Target { stages: vec![stage], array, place, number, chunks });
        }
        self.skipped.chunks_total += targets.iter().map(|target| target.array.write_grid.chunk_count()).sum::<u64>();
        if self.is_in_place(&targets, store)? {
            self.skipped.chunks += targets.iter().map(|target| target.chunks.len() as u64).sum::<u64>();
            self.unplaced.remove(&store.workshop);
            return Ok(None);
        }
        let mut begun = BegunOutputs::default();
        for target in &targets {
            let mut there = there(target.array, &target.chunks)?;
            let number = match target.number {
                Some(number) => number,
                None => self.record_output(computation, digest, target, store)?,
            };
            if target.number.is_some() && self.is_only_one(number) {
                let found = unrecorded(target.array, &target.chunks)?;
                there.extend(found.iter().map(|written| written.chunk));
                self.note_written(number, found)?;
            }
            self.skipped.chunks += there.len() as u64;
            let there = Arc::new(there);
            for stage in &target.stages {
                begun.numbers.insert(*stage, number);
                begun.done.insert(*stage, there.clone());
            }
        }
        self.unplaced.insert(store.workshop.clone());
        Ok(Some(begun))
    }

    /// What an earlier attempt has left of a computation's reductions, if anything.
    pub(in crate::runtime) fn kept_partials(
        &mut self,
        computation: &Computation,
        goals: &[Goal],
        store: Option<&UnfinishedStore>,
    ) -> Option<Partials> {
        if !self.is_resumed {
            return None;
        }
        let digest = self.digest(computation.id, &computation.plan, goals, store);
        let directory = journal::partials_directory(&self.path, computation.id, digest);
        let kept = whole_files(&directory);
        (!kept.is_empty()).then_some(Partials { directory, kept })
    }

    /// Has a computation keep the states of its reductions, and says which of its tasks need not run: those whose chunks
    /// are there, and those that only make what is there.
    pub(in crate::runtime) fn prepare(
        &mut self,
        computation: &mut Computation,
        digest: PlanDigest,
        begun: &BegunOutputs,
    ) -> Skip {
        let directory = journal::partials_directory(&self.path, computation.id, digest);
        let kept = if self.is_resumed { whole_files(&directory) } else { BTreeMap::new() };
        let has_some = !kept.is_empty();
        // Made here only: workers that still save when the computation is over don't bring it back.
        let _ = std::fs::create_dir_all(&directory);
        computation.partials = Some(Partials { directory, kept });
        if !has_some && !begun.has_some() {
            return Skip::none();
        }
        let is_kept = |task| computation.kept_parts(task).is_some();
        let skip = Skip::of(computation, &|task| begun.is_done(computation, task), &is_kept);
        for stage in computation.stage_ids().filter(|_| has_some) {
            let rest = skip.rest(stage, computation.stage(stage).task_count).into_iter().flatten();
            self.skipped.partials += rest.filter(|&index| is_kept(TaskId { stage, index })).count() as u64;
        }
        skip
    }

    /// Removes what was kept of a computation's reductions, since it is over.
    pub(in crate::runtime) fn forget_partials(&mut self, computation: &Computation) {
        if let Some(partials) = &computation.partials {
            // What stays behind goes with the run directory.
            let _ = journal::remove_directory(&partials.directory);
        }
    }

    /// Takes note of chunks that are complete on the disk.
    ///
    /// # Errors
    /// Where it can't be recorded.
    pub(in crate::runtime) fn note_written(
        &mut self,
        output: u32,
        chunks: Vec<WrittenChunk>,
    ) -> Result<(), RuntimeError> {
        if chunks.is_empty() {
            return Ok(());
        }
        self.has_kept = true;
        self.append(Record::Written { output, chunks })
    }

    /// Whether what lies in the place of a store is what an earlier attempt of this run has filled in its workshop: the
    /// same order of the script, not one that wrote there before.
    fn has_placed(&self, store: &UnfinishedStore) -> bool {
        self.history.placed.get(&store.place) == Some(&store.workshop)
            || self.owns(&store.place, |workshop| workshop == store.workshop)
    }

    /// Whether the store in a place is the very directory that this run has put there from such a workshop.
    pub(super) fn owns(&self, place: &str, is_workshop: impl Fn(&str) -> bool) -> bool {
        let placing = self.history.placing.get(place);
        placing.is_some_and(|(workshop, number)| {
            is_workshop(workshop) && directory_number(Path::new(place)) == Some(*number)
        })
    }

    /// Whether no other plan has written where an output is filled: then what lies there is its own.
    fn is_only_one(&self, number: u32) -> bool {
        let own = &self.history.outputs[number as usize];
        let others = self.history.outputs.iter().filter(|other| other.workshop == own.workshop);
        others.filter(|other| other.location == own.location).count() == 1
    }

    fn record_output(
        &mut self,
        computation: &Computation,
        digest: PlanDigest,
        target: &Target<'_>,
        store: &UnfinishedStore,
    ) -> Result<u32, RuntimeError> {
        let (computation, location, workshop) = (computation.id, target.place.clone(), store.workshop.clone());
        self.append(Record::Output { computation, digest, location, workshop })?;
        Ok(self.history.outputs.len() as u32 - 1)
    }

    /// What the journal says of the chunks of an output, each once. It won't be asked again.
    fn chunks_of(&mut self, number: u32) -> Vec<WrittenChunk> {
        let mut chunks = std::mem::take(&mut self.history.outputs[number as usize].chunks);
        // The last entry of a chunk counts.
        chunks.reverse();
        chunks.sort_by_key(|written| written.chunk);
        chunks.dedup_by_key(|written| written.chunk);
        chunks
    }

    /// Whether the outputs are complete in their final place.
    fn is_in_place(&self, targets: &[Target<'_>], store: &UnfinishedStore) -> Result<bool, RuntimeError> {
        let is_complete = |target: &Target<'_>| {
            target.number.is_some() && target.chunks.len() as u64 == target.array.write_grid.chunk_count()
        };
        if !targets.iter().all(is_complete) || !self.has_placed(store) {
            return Ok(false);
        }
        if self.history.grafted.contains_key(&store.place) {
            // Written to since, by this run: its chunks are no longer those that were put there.
            return Ok(true);
        }
        for target in targets {
            let placed = StoredArray { location: target.place.clone(), ..target.array.clone() };
            // An array that isn't there or is another one is no error: it is written again.
            let Ok(there) = there(&placed, &target.chunks) else { return Ok(false) };
            if there.len() != target.chunks.len() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// What the files in a directory that are whole hold, and their bytes.
fn whole_files(directory: &Path) -> BTreeMap<PlanDigest, BTreeMap<Region, u64>> {
    let entries: Vec<_> = std::fs::read_dir(directory).into_iter().flatten().flatten().collect();
    let whole = entries.par_iter().filter_map(|entry| {
        let name: PartialName = entry.file_name().to_str()?.parse().ok()?;
        let bytes = entry.metadata().ok()?.len();
        journal::is_whole(&entry.path()).unwrap_or(false).then_some((name, bytes))
    });
    let mut kept: BTreeMap<PlanDigest, BTreeMap<Region, u64>> = BTreeMap::new();
    for (name, bytes) in whole.collect::<Vec<_>>() {
        kept.entry(name.what).or_default().insert(name.region, bytes);
    }
    kept
}

/// Of chunks that were written, those that lie on the disk as they were. Reads their files, several at a time.
fn there(array: &StoredArray, chunks: &[WrittenChunk]) -> Result<HashSet<u64>, RuntimeError> {
    if chunks.is_empty() {
        return Ok(HashSet::new());
    }
    let writer = store::open_array_writer(array)?;
    let holds = |written: &WrittenChunk| match writer.holds(written) {
        Ok(true) => Some(written.chunk),
        // What can't be read is written again; if that fails too, its error says why.
        Ok(false) | Err(_) => None,
    };
    Ok(chunks.par_iter().filter_map(holds).collect())
}

/// Chunks that lie on the disk and aren't recorded: written while nobody was left to be told. They appeared whole under
/// their names; that they can be read is checked nevertheless.
fn unrecorded(array: &StoredArray, recorded: &[WrittenChunk]) -> Result<Vec<WrittenChunk>, RuntimeError> {
    let (reader, writer) = (store::open_array(array)?, store::open_array_writer(array)?);
    let is_known = |chunk: &u64| recorded.binary_search_by_key(chunk, |written| written.chunk).is_ok();
    let look = |chunk: u64| {
        let stored = writer.stored_chunk(chunk).ok()??;
        let region = array.write_grid.region(chunk);
        let mut values = Chunk::zeros(array.dtype, region.shape.clone());
        reader.read_into(&region, &mut values).ok().map(|_| stored)
    };
    let unknown = (0..array.write_grid.chunk_count()).into_par_iter().filter(|chunk| !is_known(chunk));
    Ok(unknown.filter_map(look).collect())
}

/// What tells a directory from all others of its file system; `None` where there is none.
pub(super) fn directory_number(path: &Path) -> Option<u64> {
    path.metadata().ok().map(|metadata| metadata.ino())
}

/// Removes a directory in which a store was being filled, and nothing else: a journal may be damaged.
pub(super) fn remove_workshop(workshop: &str) {
    let path = Path::new(workshop);
    let is_workshop = path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name.starts_with('.') && name.contains(".swath-")
    });
    if is_workshop && path.is_absolute() {
        // What has begun to take its place is no longer anybody's to give up.
        if store::settle(path).is_err() {
            return;
        }
        // It may be gone; if not, it is hidden and in nobody's way.
        let _ = std::fs::remove_dir_all(path);
    }
}
