//! Who owns a run directory or an output: a file that says so, renewed while its owner lives.
//!
//! A lock whose owner is gone is broken: on the owner's host at once, since there its process can be looked for, elsewhere
//! when the file hasn't been renewed for a while. Times are those of the file system, so that clocks may differ. An owner that
//! was stopped for so long that it counted as gone notices when it renews.

use super::{JournalError, io_error, removed};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Silence after which the owner on another host counts as gone.
const SILENCE: Duration = Duration::from_secs(120);
/// Time for which breaking a lock may take; whoever began longer ago is gone too.
const BREAKING: Duration = Duration::from_secs(10);
/// Time for which a lock may be without its owner's name: it is being written.
const NAMING: Duration = Duration::from_secs(2);
/// Silence after which a lock that isn't there any more counts as another's.
const REPAIRING: Duration = Duration::from_secs(60);

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Name of its node.
    pub host: String,
    /// Its process there.
    pub process: u32,
    /// When that process started, in the node's own count: process numbers are used again.
    pub process_start: u64,
    /// Its batch job.
    pub job: Option<String>,
}

impl Owner {
    /// This process.
    pub fn this(job: Option<String>) -> Owner {
        let process = std::process::id();
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Owner { host, process, process_start: process_start(process).unwrap_or(0), job }
    }

    /// Whether it is known to be gone, having been silent for a time.
    fn is_gone(&self, silence: Duration) -> bool {
        if self.host == Owner::this(None).host {
            process_start(self.process) != Some(self.process_start)
        } else {
            silence > SILENCE
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "process {} on {}", self.process, self.host)?;
        self.job.as_ref().map_or(Ok(()), |job| write!(formatter, " ({job})"))
    }
}

/// Whether there is a process of this number on this node.
pub fn is_alive(process: u32) -> bool {
    process_start(process).is_some()
}

/// When a process of this node started, in clock ticks since boot (proc(5)); `None` where there is none.
fn process_start(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold spaces and parentheses itself; the start is the 20th field after it.
    let fields = status.get(status.rfind(')')? + 1..)?;
    let state = fields.split_whitespace().next()?;
    // A zombie is gone but for its exit code.
    if state == "Z" || state == "X" { None } else { fields.split_whitespace().nth(19)?.parse().ok() }
}

/// A lock that this process holds. Dropped, it is free.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
    text: Vec<u8>,
    renewed: Instant,
}

impl Lock {
    /// Takes a lock, breaking one whose owner is gone.
    ///
    /// # Errors
    /// [`JournalError::Held`] where its owner lives, or what the file system says.
    pub fn acquire(path: &Path, owner: &Owner) -> Result<Lock, JournalError> {
        let text = serde_json::to_vec(owner).expect("an owner is plain data, which is JSON");
        loop {
            match create(path) {
                Ok(file) => {
                    let mut lock = Lock { path: path.to_owned(), file, text: text.clone(), renewed: Instant::now() };
                    match lock.renew() {
                        Ok(()) => return Ok(lock),
                        // It was without a name for so long that it counted as dead.
                        Err(JournalError::Lost { .. }) => {}
                        Err(error) => return Err(error),
                    }
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => break_dead(path)?,
                Err(error) => return Err(io_error("create", path)(error)),
            }
        }
    }

    /// Says that the owner lives. Where somebody has removed the file and nobody can have taken the lock, it is taken again.
    ///
    /// # Errors
    /// [`JournalError::Lost`] where it is or was another's meanwhile, or what the file system says.
    pub fn renew(&mut self) -> Result<(), JournalError> {
        let lost = || JournalError::Lost { path: self.path.clone() };
        match self.is_ours() {
            Ok(true) => {}
            Ok(false) => return Err(lost()),
            // After such a silence, another may have broken the lock, done its work and freed it.
            Err(error) if error.kind() == ErrorKind::NotFound && self.renewed.elapsed() > REPAIRING => {
                return Err(lost());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => match create(&self.path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(lost()),
                result => self.file = result.map_err(io_error("create", &self.path))?,
            },
            Err(error) => return Err(io_error("read", &self.path)(error)),
        }
        self.file.write_all_at(&self.text, 0).map_err(io_error("write", &self.path))?;
        self.renewed = Instant::now();
        if self.is_ours().unwrap_or(true) { Ok(()) } else { Err(lost()) }
    }

    /// Time since the owner last said that it lives.
    pub fn silence(&self) -> Duration {
        self.renewed.elapsed()
    }

    /// Whether the file that lies there is the one that this process made: the number of a removed one may be used again.
    fn is_ours(&self) -> std::io::Result<bool> {
        let (there, ours) = (fs::metadata(&self.path)?, self.file.metadata()?);
        if (there.dev(), there.ino()) != (ours.dev(), ours.ino()) {
            return Ok(false);
        }
        let text = fs::read(&self.path)?;
        Ok(text.is_empty() || text == self.text)
    }
}

/// Makes a file that isn't there yet.
fn create(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).open(path)
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Where it was broken, it is another's now.
        if self.is_ours().unwrap_or(false) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes a lock whose owner is gone. Only one process at a time does, and looks again before.
fn break_dead(path: &Path) -> Result<(), JournalError> {
    let breaking = with_suffix(path, "breaking");
    if !is_dead(path)? {
        return Ok(());
    }
    match create(&breaking) {
        Ok(_) => {
            // Where another has broken it in the meantime, the next one to take it may be about to.
            let outcome = match is_dead(path) {
                Ok(true) => removed(fs::remove_file(path), path),
                result => result.map(|_| ()),
            };
            removed(fs::remove_file(&breaking), &breaking)?;
            outcome
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            if silence(&breaking)?.is_some_and(|silence| silence > BREAKING) {
                removed(fs::remove_file(&breaking), &breaking)?;
            }
            std::thread::sleep(Duration::from_millis(20));
            Ok(())
        }
        Err(error) => Err(io_error("create", &breaking)(error)),
    }
}

/// Whether a lock is there and its owner gone; `false` where it is free. An error where its owner lives.
fn is_dead(path: &Path) -> Result<bool, JournalError> {
    loop {
        let text = match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            result => result.map_err(io_error("read", path))?,
        };
        let Some(silence) = silence(path)? else { return Ok(false) };
        match serde_json::from_slice::<Owner>(&text) {
            Ok(owner) if owner.is_gone(silence) => return Ok(true),
            Ok(owner) => {
                let (path, owner) = (path.to_owned(), Box::new(owner));
                return Err(JournalError::Held { path, owner, silent_seconds: silence.as_secs() });
            }
            // Its owner was killed before it had written its name.
            Err(_) if silence > NAMING => return Ok(true),
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// Time since a file was written, by the file system's clock; `None` where it is gone.
fn silence(path: &Path) -> Result<Option<Duration>, JournalError> {
    let now = now_beside(path).map_err(io_error("write beside", path))?;
    match fs::metadata(path).and_then(|metadata| metadata.modified()) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        result => {
            let written = result.map_err(io_error("read", path))?;
            Ok(Some(now.duration_since(written).unwrap_or_default()))
        }
    }
}

/// The time of a lock's file system: that of a file written now, beside it.
fn now_beside(path: &Path) -> std::io::Result<SystemTime> {
    let probe = with_suffix(path, "probe-");
    let (Some(folder), Some(prefix)) = (probe.parent(), probe.file_name()) else { return Ok(SystemTime::now()) };
    let mut probe = tempfile::Builder::new().prefix(prefix).tempfile_in(folder)?;
    probe.write_all(b"x")?;
    probe.as_file().metadata()?.modified()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{name}.{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(path: &Path, owner: &Owner, silence: Duration) {
        fs::write(path, serde_json::to_vec(owner).unwrap()).unwrap();
        File::options().write(true).open(path).unwrap().set_modified(SystemTime::now() - silence).unwrap();
    }

    #[test]
    fn a_live_owner_is_named_and_a_free_lock_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let this = Owner::this(Some("slurm 4711".to_owned()));
        let lock = Lock::acquire(&path, &this).unwrap();
        let error = Lock::acquire(&path, &this).unwrap_err().to_string();
        assert!(error.contains(&format!("process {}", std::process::id())) && error.contains("slurm 4711"), "{error}");
        drop(lock);
        drop(Lock::acquire(&path, &this).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_lock_is_broken_where_its_owner_is_gone_and_only_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let this = Owner::this(None);
        let reused = Owner { process_start: this.process_start + 1, ..this.clone() };
        let dead = Owner { process: u32::MAX - 1, ..this.clone() };
        let elsewhere = Owner { host: "elsewhere".to_owned(), ..this.clone() };
        for (owner, silence, is_broken) in [
            (&reused, 0, true),
            (&dead, 0, true),
            (&this, 500, false),
            (&elsewhere, 30, false),
            (&elsewhere, 180, true),
        ] {
            hold(&path, owner, Duration::from_secs(silence));
            assert_eq!(Lock::acquire(&path, &this).is_ok(), is_broken, "{owner:?} silent for {silence} s");
        }
        fs::write(&path, b"{\"host\":").unwrap();
        assert!(Lock::acquire(&path, &this).is_ok(), "a lock without a whole name is dead soon");
    }

    #[test]
    fn who_lost_a_lock_notices_and_a_removed_one_is_taken_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let this = Owner::this(None);
        let mut lock = Lock::acquire(&path, &this).unwrap();
        fs::remove_file(&path).unwrap();
        lock.renew().unwrap();
        assert!(matches!(Lock::acquire(&path, &this), Err(JournalError::Held { .. })));
        fs::remove_file(&path).unwrap();
        let other = Lock::acquire(&path, &this).unwrap();
        assert!(matches!(lock.renew(), Err(JournalError::Lost { .. })));
        drop(lock);
        assert!(path.exists(), "another's lock is left to it");
        drop(other);
        assert!(!path.exists());
    }

    #[test]
    fn of_many_that_break_a_dead_lock_one_gets_it() {
        let this = Owner::this(None);
        for round in 0..200 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("lock");
            hold(&path, &Owner { process: u32::MAX - 1, ..this.clone() }, Duration::ZERO);
            let tries: Vec<_> = std::thread::scope(|scope| {
                let tries: Vec<_> = (0..8).map(|_| scope.spawn(|| Lock::acquire(&path, &this))).collect();
                tries.into_iter().map(|one| one.join().unwrap()).collect()
            });
            let held = tries.iter().filter(|one| matches!(one, Err(JournalError::Held { .. }))).count();
            assert_eq!((tries.iter().flatten().count(), held), (1, 7), "round {round}: {tries:?}");
        }
    }
}
