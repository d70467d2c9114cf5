//! A run directory as a whole: found or started, appended to, left behind or removed.

use super::{
    History, Identity, JournalError, Lock, Log, Outcome, Owner, Record, Syncer, io_error, removed, short_digest,
};
use crate::task::{ComputationId, PlanDigest};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where run directories are by default, below the working directory.
const RUNS: &str = ".swath/runs";
/// Files and directories of a run directory.
const CONTENTS: [&str; 6] = ["journal", "values", "partials", "outcome.json", "progress.json", "run.json"];

/// How often the removal of a directory is tried where others are still writing into it, and after which times.
const REMOVALS: u32 = 20;
const REMOVAL_INTERVAL: Duration = Duration::from_millis(50);

/// Silence after which a process looks whether the directory is still its own before it goes on.
const SILENCE: Duration = Duration::from_secs(15);

/// What becomes of a run directory that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The run goes on where it stopped.
    Resume,
    /// The run starts over.
    Afresh,
}

/// A run directory that this process owns.
#[derive(Debug)]
pub struct RunDirectory {
    path: PathBuf,
    log: Log,
    lock: Lock,
    /// Locks of what the run writes, by what they lock.
    locks: BTreeMap<PathBuf, Lock>,
    owner: Owner,
    is_continued: bool,
    /// What another process has taken over.
    lost: Option<PathBuf>,
}

/// The run directory of a script and its arguments where none is named: `.swath/runs/NAME-DIGEST`.
pub fn default_directory(identity: &Identity) -> PathBuf {
    let name = identity.script.file_stem().map_or("run".into(), |name| name.to_string_lossy());
    Path::new(RUNS).join(format!("{name}-{}", short_digest(&(&identity.script, &identity.arguments))))
}

/// The file of a run directory that holds the values of a computation, where they are large.
pub fn values_file(directory: &Path, computation: ComputationId, digest: PlanDigest) -> PathBuf {
    directory.join("values").join(format!("{}-{digest}", computation.0))
}

/// The directory, in a run directory, with the states of a computation's unfinished reductions.
pub fn partials_directory(directory: &Path, computation: ComputationId, digest: PlanDigest) -> PathBuf {
    directory.join("partials").join(format!("{}-{digest}", computation.0))
}

/// Removes a directory into which somebody may still be writing: under another name first, so that nothing is added.
///
/// # Errors
/// What the file system says.
pub fn remove_directory(path: &Path) -> Result<(), JournalError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let doomed = path.with_file_name(format!(".{}.removed", name.trim_start_matches('.')));
    let doomed = if fs::rename(path, &doomed).is_ok() { doomed.as_path() } else { path };
    // A file that was being made meanwhile appears once.
    let remove = |_| fs::remove_dir_all(doomed);
    let is_done = |result: &std::io::Result<()>| match result {
        Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
            std::thread::sleep(REMOVAL_INTERVAL);
            false
        }
        _ => true,
    };
    let result = (0..REMOVALS).map(remove).find(is_done);
    removed(result.unwrap_or_else(|| fs::remove_dir_all(doomed)), doomed)
}

impl RunDirectory {
    /// Takes a run directory, making it where there is none, and gives what it knows of earlier attempts. To start
    /// afresh, `discard` is called with what is thrown away.
    ///
    /// # Errors
    /// [`JournalError::Held`] where another process has it, [`JournalError::Changed`] where it is to be resumed and is of
    /// another run, [`JournalError::NotARun`] where something else lies there, or what the file system says.
    pub fn open(
        path: &Path,
        identity: &Identity,
        owner: &Owner,
        start: Start,
        discard: &mut dyn FnMut(&History),
    ) -> Result<(RunDirectory, History), JournalError> {
        check_content(path)?;
        fs::create_dir_all(path).map_err(io_error("create", path))?;
        let path = fs::canonicalize(path).map_err(io_error("open", path))?;
        let lock = acquire(&path.join("lock"), owner, &path)?;
        let earlier = Identity::load(&path.join("run.json"))?;
        if let (Start::Resume, Some(earlier)) = (start, &earlier) {
            let differences = identity.differences(earlier);
            if !differences.is_empty() {
                return Err(JournalError::Changed { path, differences });
            }
        }
        let mut history = History::default();
        let mut log = Log::open(&path.join("journal"), &mut |record| history.add(record))?;
        if start == Start::Afresh || earlier.is_none() {
            discard(&history);
            drop(log);
            clear(&path)?;
            history = History::default();
            log = Log::open(&path.join("journal"), &mut |_| {})?;
            identity.save(&path.join("run.json"))?;
        }
        let outcome = path.join("outcome.json");
        removed(fs::remove_file(&outcome), &outcome)?;
        let is_continued = start == Start::Resume && earlier.is_some();
        let (locks, owner) = (BTreeMap::new(), owner.clone());
        Ok((RunDirectory { path, log, lock, locks, owner, is_continued, lost: None }, history))
    }

    /// Whether an earlier attempt is gone on with.
    pub fn is_continued(&self) -> bool {
        self.is_continued
    }

    /// Its absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends to the journal.
    ///
    /// # Errors
    /// [`JournalError::Lost`] where another process has taken over what this one had, or what the file system says.
    pub fn append(&mut self, record: &Record) -> Result<(), JournalError> {
        self.check_kept(SILENCE)?;
        self.log.append(record)
    }

    /// An error where another process has taken over what this one had, after a look where the last one was long ago.
    fn check_kept(&mut self, patience: Duration) -> Result<(), JournalError> {
        if self.lock.silence() > patience {
            self.renew();
        }
        self.lost.as_ref().map_or(Ok(()), |path| Err(JournalError::Lost { path: path.clone() }))
    }

    /// Something that syncs the journal from another thread.
    ///
    /// # Errors
    /// What the file system says.
    pub fn syncer(&self) -> Result<Syncer, JournalError> {
        self.log.syncer()
    }

    /// Says that the owner lives. Where another process has taken something over, nothing can be appended any more; a file
    /// system that fails now may do better the next time.
    pub fn renew(&mut self) {
        let locked = self.locks.iter_mut();
        for (path, lock) in locked.chain([(&self.path, &mut self.lock)]) {
            if let Err(JournalError::Lost { .. }) = lock.renew() {
                self.lost = Some(path.clone());
            }
        }
    }

    /// Takes the lock of something that the run is about to write, so that no other run writes it, too.
    ///
    /// # Errors
    /// [`JournalError::Held`] where another does.
    pub fn lock(&mut self, output: &Path) -> Result<(), JournalError> {
        if self.locks.contains_key(output) || !output.parent().is_some_and(Path::is_dir) {
            return Ok(());
        }
        match acquire(&lock_of(output), &self.owner, output) {
            Ok(lock) => drop(self.locks.insert(output.to_owned(), lock)),
            Err(error @ JournalError::Held { .. }) => return Err(error),
            // Where no lock can be made, no output can: writing it will say why.
            Err(_) => {}
        }
        Ok(())
    }

    /// Gives the lock of something back.
    pub fn unlock(&mut self, output: &Path) {
        self.locks.remove(output);
    }

    /// Leaves the directory for the next attempt, with how this one ended.
    ///
    /// # Errors
    /// [`JournalError::Lost`] where it is another process's, or what the file system says.
    pub fn leave(mut self, outcome: &Outcome) -> Result<(), JournalError> {
        self.check_kept(Duration::ZERO)?;
        self.log.syncer()?.sync()?;
        outcome.save(&self.path.join("outcome.json"))
    }

    /// Removes the directory, and those above it that were made for it and are empty.
    ///
    /// # Errors
    /// [`JournalError::Lost`] where it is another process's, or what the file system says.
    pub fn remove(mut self) -> Result<(), JournalError> {
        self.check_kept(Duration::ZERO)?;
        clear(&self.path)?;
        let path = self.path.clone();
        drop(self);
        // Somebody else may have put something there, or be starting the same run.
        let _ = fs::remove_dir(&path);
        for parent in path
            .ancestors()
            .skip(1)
            .take(2)
            .filter(|parent| parent.ends_with(RUNS) || parent.file_name().is_some_and(|name| name == ".swath"))
        {
            let _ = fs::remove_dir(parent);
        }
        Ok(())
    }
}

/// Takes a lock; an error names what it locks.
fn acquire(lock: &Path, owner: &Owner, locked: &Path) -> Result<Lock, JournalError> {
    Lock::acquire(lock, owner).map_err(|error| match error {
        JournalError::Held { owner, silent_seconds, .. } => {
            JournalError::Held { path: locked.to_owned(), owner, silent_seconds }
        }
        other => other,
    })
}

/// The lock of an output: a hidden file beside it.
fn lock_of(output: &Path) -> PathBuf {
    let name = output.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    output.with_file_name(format!(".{name}.swath-lock"))
}

/// Removes the lock of an output whose owner is gone.
pub fn remove_dead_lock(output: &Path) {
    let path = lock_of(output);
    if path.exists() {
        // Taken, it is free as soon as it is dropped; where its owner lives, it is left alone.
        drop(Lock::acquire(&path, &Owner::this(None)));
    }
}

/// Refuses a directory that holds other things than a run.
fn check_content(path: &Path) -> Result<(), JournalError> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        result => result.map_err(io_error("open", path))?,
    };
    let names: Vec<String> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let is_known = |name: &String| {
        let bare = name.trim_start_matches('.');
        bare.starts_with("lock") || CONTENTS.iter().any(|known| bare.starts_with(known))
    };
    if names.iter().all(is_known) { Ok(()) } else { Err(JournalError::NotARun { path: path.to_owned() }) }
}

/// Removes everything but the lock.
fn clear(path: &Path) -> Result<(), JournalError> {
    for entry in fs::read_dir(path).map_err(io_error("list", path))?.flatten() {
        if !entry.file_name().to_string_lossy().starts_with("lock") {
            let path = entry.path();
            if path.is_dir() { remove_directory(&path) } else { removed(fs::remove_file(&path), &path) }?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Ending;

    fn identity(seed: u64) -> Identity {
        Identity::new(Path::new("/home/user/anomaly.py"), b"text", &["a".to_owned()], seed)
    }

    fn open(path: &Path, seed: u64, start: Start) -> Result<(RunDirectory, History), JournalError> {
        RunDirectory::open(path, &identity(seed), &Owner::this(None), start, &mut |_| {})
    }

    fn value() -> Record {
        Record::Value { computation: ComputationId(3), digest: PlanDigest::of(&"plan"), value: vec![1, 2] }
    }

    #[test]
    fn what_is_written_into_a_directory_that_goes_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("partials");
        for round in 0..50 {
            fs::create_dir(&path).unwrap();
            let file = |name: u32| path.join(name.to_string());
            super::super::publish(&file(0), b"before").unwrap();
            let write = || (1..).take_while(|name| super::super::publish(&file(*name), b"meanwhile").is_ok()).count();
            std::thread::scope(|scope| {
                let writers = [scope.spawn(write), scope.spawn(write)];
                remove_directory(&path).unwrap();
                assert!(writers.into_iter().all(|writer| writer.join().is_ok()));
            });
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "round {round}");
        }
    }

    #[test]
    fn what_one_attempt_appends_the_next_one_knows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        let (mut directory, history) = open(&path, 0, Start::Resume).unwrap();
        assert!(history.is_empty());
        assert!(matches!(open(&path, 0, Start::Resume), Err(JournalError::Held { .. })));
        directory.append(&value()).unwrap();
        let outcome = Outcome { ending: Ending::Drained, message: None, exit_code: 75 };
        directory.leave(&outcome).unwrap();
        assert_eq!(fs::read_to_string(path.join("outcome.json")).unwrap().matches("\"drained\"").count(), 1);
        let (directory, history) = open(&path, 0, Start::Resume).unwrap();
        assert_eq!(history.values.len(), 1);
        assert!(!path.join("outcome.json").exists(), "it is under way again");
        directory.remove().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn what_another_process_took_over_is_left_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        let (mut slow, _) = open(&path, 0, Start::Resume).unwrap();
        slow.append(&value()).unwrap();
        // What another process does once this one counts as gone.
        fs::remove_file(path.join("lock")).unwrap();
        let (mut fast, history) = open(&path, 0, Start::Resume).unwrap();
        assert_eq!(history.values.len(), 1);
        slow.renew();
        fast.renew();
        assert!(matches!(slow.append(&value()), Err(JournalError::Lost { .. })));
        assert!(matches!(slow.remove(), Err(JournalError::Lost { .. })));
        fast.append(&value()).unwrap();
        fast.leave(&Outcome { ending: Ending::Drained, message: None, exit_code: 75 }).unwrap();
        assert!(path.join("outcome.json").exists());
    }

    #[test]
    fn who_wakes_up_removes_nothing_of_another_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        let (slow, _) = open(&path, 0, Start::Resume).unwrap();
        fs::remove_file(path.join("lock")).unwrap();
        let (mut fast, _) = open(&path, 0, Start::Resume).unwrap();
        fast.append(&value()).unwrap();
        assert!(matches!(slow.remove(), Err(JournalError::Lost { .. })));
        assert!(path.join("run.json").exists() && path.join("lock").exists());
    }

    #[test]
    fn another_run_is_refused_or_starts_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        open(&path, 0, Start::Afresh).unwrap().0.append(&value()).unwrap();
        let error = open(&path, 1, Start::Resume).unwrap_err().to_string();
        assert!(error.ends_with("the seed was 0, now it is 1"), "{error}");
        let mut discarded = 0;
        let (_, history) = RunDirectory::open(&path, &identity(1), &Owner::this(None), Start::Afresh, &mut |history| {
            discarded = history.values.len();
        })
        .unwrap();
        assert!(history.is_empty() && discarded == 1);
    }

    #[test]
    fn a_directory_of_other_things_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.tex"), "").unwrap();
        assert!(matches!(open(folder.path(), 0, Start::Afresh), Err(JournalError::NotARun { .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_default_directory_depends_on_script_and_arguments() {
        let other = Identity { arguments: Vec::new(), ..identity(0) };
        let name = default_directory(&identity(0));
        assert!(name.to_str().unwrap().starts_with(".swath/runs/anomaly-"), "{name:?}");
        assert_ne!(name, default_directory(&other));
        assert_eq!(name, default_directory(&identity(1)));
    }
}
