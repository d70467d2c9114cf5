//! Who owns a run directory or an output: a file that says so, renewed while its owner lives.
//!
//! A lock whose owner is gone is broken: on the owner's host at once, since there its process can be looked for, elsewhere
//! when the file hasn't been renewed for a while. Times are those of the file system, so that clocks may differ.

use super::{JournalError, io_error, removed};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Silence after which the owner on another host counts as gone.
const SILENCE: Duration = Duration::from_secs(120);
/// Time for which breaking a lock may take; whoever began longer ago is gone too.
const BREAKING: Duration = Duration::from_secs(10);
/// Time for which a lock may be without its owner's name: it is being written.
const NAMING: Duration = Duration::from_secs(2);

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
}

impl Lock {
    /// Takes a lock, breaking one whose owner is gone.
    ///
    /// # Errors
    /// [`JournalError::Held`] where its owner lives, or what the file system says.
    pub fn acquire(path: &Path, owner: &Owner) -> Result<Lock, JournalError> {
        let text = serde_json::to_vec(owner).expect("an owner is plain data, which is JSON");
        loop {
            match OpenOptions::new().read(true).write(true).create_new(true).open(path) {
                Ok(file) => {
                    let lock = Lock { path: path.to_owned(), file, text };
                    lock.renew()?;
                    return Ok(lock);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => break_dead(path)?,
                Err(error) => return Err(io_error("create", path)(error)),
            }
        }
    }

    /// Says that the owner lives.
    ///
    /// # Errors
    /// What the file system says.
    pub fn renew(&self) -> Result<(), JournalError> {
        self.file.write_all_at(&self.text, 0).map_err(io_error("write", &self.path))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Where it was broken, it is another's now.
        if fs::read(&self.path).is_ok_and(|text| text == self.text) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes a lock whose owner is gone. Only one process at a time does, and looks again before.
fn break_dead(path: &Path) -> Result<(), JournalError> {
    let breaking = with_suffix(path, "breaking");
    check_dead(path)?;
    match OpenOptions::new().write(true).create_new(true).open(&breaking) {
        Ok(_) => {
            let outcome = check_dead(path).and_then(|()| removed(fs::remove_file(path), path));
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

/// An error where a lock's owner lives.
fn check_dead(path: &Path) -> Result<(), JournalError> {
    loop {
        let text = match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            result => result.map_err(io_error("read", path))?,
        };
        let Some(silence) = silence(path)? else { return Ok(()) };
        match serde_json::from_slice::<Owner>(&text) {
            Ok(owner) if owner.is_gone(silence) => return Ok(()),
            Ok(owner) => {
                let (path, owner) = (path.to_owned(), Box::new(owner));
                return Err(JournalError::Held { path, owner, silent_seconds: silence.as_secs() });
            }
            // Its owner was killed before it had written its name.
            Err(_) if silence > NAMING => return Ok(()),
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// Time since a file was written, by the file system's clock; `None` where it is gone.
fn silence(path: &Path) -> Result<Option<Duration>, JournalError> {
    let written = |path: &Path| -> std::io::Result<SystemTime> { fs::metadata(path)?.modified() };
    let probe = with_suffix(path, &format!("probe-{}", std::process::id()));
    let now = File::create(&probe).and_then(|mut file| file.write_all(b"x")).and_then(|()| written(&probe));
    // The probe's time is what counts; a leftover of one byte doesn't.
    let _ = fs::remove_file(&probe);
    let now = now.map_err(io_error("create", &probe))?;
    match written(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        result => {
            let written = result.map_err(io_error("read", path))?;
            Ok(Some(now.duration_since(written).unwrap_or_default()))
        }
    }
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
    fn of_many_that_break_a_dead_lock_one_gets_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let this = Owner::this(None);
        hold(&path, &Owner { process: u32::MAX - 1, ..this.clone() }, Duration::ZERO);
        let taken = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..8).map(|_| scope.spawn(|| Lock::acquire(&path, &this).ok())).collect();
            tries.into_iter().filter_map(|one| one.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(taken.len(), 1);
    }
}
