//! What rank 0 keeps of a run in its run directory, and what it finds there of earlier attempts.
//!
//! `journal` knows files and records; this knows when they hold: an input must be what it was, a chunk must lie on the
//! disk as it was written, a store must be the one that was put in place. Only then a value is handed back or a task left
//! out.

mod keeper;
mod outputs;

pub(super) use outputs::BegunOutputs;
pub use outputs::Skipped;

use super::RuntimeError;
use crate::array::{ArrayLocation, Chunk};
use crate::environment::Environment;
use crate::journal::{
    self, Ending, History, Identity, JournalError, Outcome, Owner, Record, RunDirectory, Start, ValuePlace,
    default_directory, values_file,
};
use crate::plan::{Operation, Plan};
use crate::store::{self, StoreError, UnfinishedStore, Workshop};
use crate::task::{ComputationId, Goal, PlanDigest};
use keeper::SharedDirectory;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Values up to this size go into the journal itself.
const SMALL_VALUE_BYTES: usize = 8 << 10;

/// How a run directory is used.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The directory; by default one below the working directory, named after script and arguments.
    pub directory: Option<PathBuf>,
    /// The script.
    pub script: PathBuf,
    /// Its text.
    pub text: Vec<u8>,
    /// What it is given.
    pub arguments: Vec<String>,
    /// Whether to go on where an earlier attempt stopped.
    pub start: Start,
    /// Whether it stays when the run has finished.
    pub keeps_directory: bool,
}

/// The run directory and what was done before.
pub(super) struct Ledger {
    directory: SharedDirectory,
    path: PathBuf,
    history: History,
    is_resumed: bool,
    /// Whether there was an earlier attempt to go on with.
    is_continued: bool,
    keeps_directory: bool,
    /// Whether the user has named the directory.
    is_named: bool,
    /// Whether there is anything that another attempt could use.
    has_kept: bool,
    digests: BTreeMap<ComputationId, PlanDigest>,
    /// Inputs that were looked at.
    checked: BTreeSet<ArrayLocation>,
    workshop_count: u32,
    /// Directories of stores that haven't taken their place.
    unplaced: BTreeSet<String>,
    skipped: Skipped,
}

impl Ledger {
    /// Opens the run directory, or makes one. What an attempt that isn't gone on with has left beside its outputs is
    /// removed.
    ///
    /// # Errors
    /// As [`RunDirectory::open`].
    pub(super) fn open(options: &RunOptions, seed: u64) -> Result<Ledger, RuntimeError> {
        let identity = Identity::new(&options.script, &options.text, &options.arguments, seed);
        let path = options.directory.clone().unwrap_or_else(|| default_directory(&identity));
        let owner = Owner::this(Environment::detect().job);
        let mut discard = |history: &History| {
            history.workshops().into_iter().for_each(outputs::remove_workshop);
            let places: BTreeSet<&str> = history.outputs.iter().map(|output| output.location.store.as_str()).collect();
            places.into_iter().for_each(|place| journal::remove_dead_lock(Path::new(place)));
        };
        let (directory, history) = RunDirectory::open(&path, &identity, &owner, options.start, &mut discard)?;
        let (path, is_continued) = (directory.path().to_owned(), directory.is_continued());
        Ok(Ledger {
            directory: keeper::keep(directory)?,
            path,
            is_continued,
            is_resumed: options.start == Start::Resume,
            keeps_directory: options.keeps_directory,
            is_named: options.directory.is_some(),
            has_kept: !history.is_empty(),
            digests: BTreeMap::new(),
            checked: BTreeSet::new(),
            workshop_count: 0,
            unplaced: history.workshops().into_iter().map(str::to_owned).collect(),
            skipped: Skipped::default(),
            history,
        })
    }

    /// The digest of a computation's plan.
    pub(super) fn digest(
        &mut self,
        id: ComputationId,
        plan: &Plan,
        goals: &[Goal],
        store: Option<&UnfinishedStore>,
    ) -> PlanDigest {
        let place = |location: &ArrayLocation| match store {
            Some(store) if store.workshop == location.store => {
                ArrayLocation { store: store.place.clone(), path: location.path.clone() }
            }
            _ => location.clone(),
        };
        let digest = PlanDigest::of_plan(plan, goals, &|maker| self.digests.get(&maker).copied(), &place);
        self.digests.insert(id, digest);
        digest
    }

    /// Takes note of what a plan reads.
    ///
    /// # Errors
    /// [`JournalError::Changed`] where it isn't what an earlier attempt read.
    pub(super) fn check_inputs(&mut self, plan: &Plan) -> Result<(), RuntimeError> {
        for node in plan.nodes() {
            let Operation::Stored(array) = &node.operation else { continue };
            if !self.checked.insert(array.location.clone()) {
                continue;
            }
            // What can't be looked at can't be read either, and that has an error of its own.
            let Ok(stamp) = store::stamp(array) else { continue };
            let (location, fingerprint) = (array.location.clone(), array.fingerprint);
            match self.history.inputs.get(&location) {
                Some(&found) if found == (fingerprint, stamp) => {}
                Some(_) => {
                    let differences = vec![format!("the input {location} has changed")];
                    return Err(JournalError::Changed { path: self.path.clone(), differences }.into());
                }
                None => self.append(Record::Input { location, fingerprint, stamp })?,
            }
        }
        Ok(())
    }

    /// The values that an earlier attempt computed, where it did and they can be read.
    pub(super) fn value(&mut self, computation: ComputationId, digest: PlanDigest) -> Option<Vec<Chunk>> {
        let encoded = match self.history.values.get(&(computation, digest))? {
            ValuePlace::Here(bytes) => bytes.clone(),
            ValuePlace::File => journal::read(&values_file(&self.path, computation, digest)).ok()??,
        };
        let values = postcard::from_bytes(&encoded).ok()?;
        self.skipped.values += 1;
        Some(values)
    }

    /// Keeps values for the next attempt.
    ///
    /// # Errors
    /// Where they can't be written.
    pub(super) fn keep_value(
        &mut self,
        computation: ComputationId,
        digest: PlanDigest,
        values: &[Chunk],
    ) -> Result<(), RuntimeError> {
        self.has_kept = true;
        if values.iter().map(Chunk::size_bytes).sum::<usize>() > SMALL_VALUE_BYTES {
            let file = values_file(&self.path, computation, digest);
            // Where it can't be made, the file can't be written, which says why.
            let _ = file.parent().map(std::fs::create_dir_all);
            journal::publish_value(&file, &values)?;
            return self.append(Record::ValueFile { computation, digest });
        }
        let value = postcard::to_stdvec(values).expect("chunks are plain data, which postcard encodes");
        self.append(Record::Value { computation, digest, value })
    }

    /// Whether an earlier attempt has left values.
    pub(super) fn has_values(&self) -> bool {
        !self.history.values.is_empty()
    }

    /// Where the next store that the script writes is to be filled.
    ///
    /// # Errors
    /// Where its path can't be followed.
    pub(super) fn workshop(&mut self, location: &str) -> Result<Workshop, RuntimeError> {
        let path = store::place(location)?;
        keeper::lock_output(&self.directory, &path)?;
        let place = path.display().to_string();
        let name = journal::short_digest(&(&self.path, self.workshop_count, &place));
        self.workshop_count += 1;
        let owns_place = self.owns(&place, |workshop| workshop.ends_with(&name));
        Ok(Workshop { name, adopts: self.is_resumed, owns_place })
    }

    /// Has a store take its place, and records it.
    ///
    /// # Errors
    /// Where `finish` fails, or it can't be recorded.
    pub(super) fn place(
        &mut self,
        unfinished: &UnfinishedStore,
        finish: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), RuntimeError> {
        let store = unfinished.place.clone();
        if let Some(directory) = outputs::directory_number(Path::new(&unfinished.workshop)) {
            self.append(Record::Placing { store: store.clone(), workshop: unfinished.workshop.clone(), directory })?;
        }
        finish()?;
        keeper::unlock_output(&self.directory, Path::new(&store));
        self.unplaced.remove(&unfinished.workshop);
        self.checked.retain(|location| location.store != store);
        self.append(Record::Placed { store, workshop: unfinished.workshop.clone() })
    }

    /// Whether parts of arrays have taken their place that an attempt of this run has filled in such a directory.
    pub(super) fn has_grafted(&self, unfinished: &UnfinishedStore) -> bool {
        let grafted = self.history.grafted.get(&unfinished.place);
        grafted.is_some_and(|workshops| workshops.contains(&unfinished.workshop))
    }

    /// Has parts of arrays take their place, where they haven't, and records it. Only then the directory goes in which
    /// they were filled: until then, it alone says how far that is.
    ///
    /// # Errors
    /// Where `finish` fails, or it can't be recorded.
    pub(super) fn graft(
        &mut self,
        unfinished: &UnfinishedStore,
        finish: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), RuntimeError> {
        let (store, workshop) = (unfinished.place.clone(), unfinished.workshop.clone());
        if self.has_grafted(unfinished) || unfinished.is_placing {
            let chunks = self.history.chunks_of_workshop(&workshop);
            self.skipped.chunks += chunks;
            self.skipped.chunks_total += chunks;
        }
        if !self.has_grafted(unfinished) {
            finish()?;
            self.has_kept = true;
            self.append(Record::Grafted { store: store.clone(), workshop: workshop.clone() })?;
        }
        keeper::unlock_output(&self.directory, Path::new(&store));
        self.unplaced.remove(&workshop);
        self.checked.retain(|location| location.store != store);
        outputs::remove_workshop(&workshop);
        Ok(())
    }

    /// How much was there already, where an earlier attempt was gone on with.
    pub(super) fn skipped(&self) -> Option<Skipped> {
        self.is_continued.then_some(self.skipped)
    }

    /// The end of this attempt: the directory goes where the run has finished, and stays where another attempt can use
    /// it.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn close(self, outcome: &Outcome) -> Result<(), RuntimeError> {
        let is_finished = outcome.ending == Ending::Finished;
        let is_useless = outcome.ending == Ending::Failed && !self.has_kept;
        if is_finished || is_useless {
            self.unplaced.iter().for_each(|workshop| outputs::remove_workshop(workshop));
        }
        let Some(directory) = keeper::take(&self.directory) else { return Ok(()) };
        let goes = (is_finished && !self.keeps_directory) || (is_useless && !self.is_named);
        if goes {
            directory.remove()?
        } else {
            directory.leave(outcome)?
        }
        Ok(())
    }

    /// Appends to the journal, and to what is known.
    fn append(&mut self, record: Record) -> Result<(), RuntimeError> {
        keeper::append(&self.directory, &record)?;
        if !matches!(record, Record::Written { .. } | Record::Value { .. } | Record::ValueFile { .. }) {
            self.history.add(record);
        }
        Ok(())
    }
}
