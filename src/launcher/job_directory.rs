//! A job's directory, `.swath/jobs/NAME` below the working directory: what it was, what became of it.
//!
//! ```text
//! job.json        the job, its batch system, the working directory and the binary
//! script.py       the script as it was when the job was submitted
//! template.sh     the template of the user's own, where there is one
//! job.sh          the job script
//! attempts.jsonl  what happened to it, a line each: submitted, started, submitted again, requeued, ended
//! cancelled       there once the user has cancelled it
//! resume.lock     held by who resumes it; lookup.lock by who has found it in the queue
//! logs/           output of each attempt
//! run/            run directory, journal and outcome; of an array, one an index
//! ```
//!
//! Lines are appended in one piece, by `swath` and by the job script, on whatever node; all other files appear whole.

use super::attempt::{self, Attempt};
use super::{BatchKind, JobSpec};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the directories of jobs are, below the working directory.
pub const JOBS: &str = ".swath/jobs";
/// Names that are tried where one is taken.
const MOST_NAMES: u32 = 10_000;

/// Why a job's directory can't be used.
#[derive(Debug, thiserror::Error)]
pub enum JobDirectoryError {
    /// The file system refuses.
    #[error("can't {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is a job of this name already.
    #[error("there is a job {name} already")]
    Taken {
        /// The name.
        name: String,
    },
    /// There is no job of this name.
    #[error("there is no job {name} in {}", jobs.display())]
    Missing {
        /// The name.
        name: String,
        /// Where it was looked for.
        jobs: PathBuf,
    },
    /// What lies there isn't what we wrote.
    #[error("{} can't be read", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// What a job is, for whoever looks at it later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRecord {
    /// What it is to be.
    pub job: JobSpec,
    /// Whose job it is.
    pub batch: BatchKind,
    /// Where it runs.
    pub working_directory: PathBuf,
    /// The binary that it runs.
    pub swath: PathBuf,
    /// Version of Swath that wrote it.
    pub version: String,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// Name of the template of the user's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

/// Seconds since 1970.
pub fn now_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// The directory of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobDirectory {
    path: PathBuf,
}

impl JobDirectory {
    /// Makes the directory of a new job; of two at once, one gets the name.
    ///
    /// # Errors
    /// [`JobDirectoryError::Taken`] where there is a job of this name, or what the file system says.
    pub fn create(working_directory: &Path, name: &str) -> Result<JobDirectory, JobDirectoryError> {
        let jobs = working_directory.join(JOBS);
        fs::create_dir_all(&jobs).map_err(io_error("create", &jobs))?;
        let path = jobs.join(name);
        match fs::create_dir(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(JobDirectoryError::Taken { name: name.to_owned() })
            }
            made => made.map_err(io_error("create", &path)).map(|()| JobDirectory { path }),
        }
    }

    /// A name that no job has yet: the one given, or that and a number.
    pub fn free_name(working_directory: &Path, name: &str) -> String {
        let is_free = |name: &String| !working_directory.join(JOBS).join(name).exists();
        let numbered = (2..MOST_NAMES).map(|number| format!("{name}-{number}"));
        [name.to_owned()].into_iter().chain(numbered).find(is_free).unwrap_or_else(|| name.to_owned())
    }

    /// Where the job of a name is, or would be.
    pub fn at(working_directory: &Path, name: &str) -> JobDirectory {
        JobDirectory { path: working_directory.join(JOBS).join(name) }
    }

    /// The directory of a job that is there.
    ///
    /// # Errors
    /// [`JobDirectoryError::Missing`] where there is none of this name.
    pub fn open(working_directory: &Path, name: &str) -> Result<JobDirectory, JobDirectoryError> {
        let directory = JobDirectory::at(working_directory, name);
        let is_name = !name.is_empty() && !name.contains('/') && name != "." && name != "..";
        if is_name && directory.record_file().is_file() {
            return Ok(directory);
        }
        Err(JobDirectoryError::Missing { name: name.to_owned(), jobs: working_directory.join(JOBS) })
    }

    /// The directories of all jobs, by name.
    ///
    /// # Errors
    /// What the file system says.
    pub fn list(working_directory: &Path) -> Result<Vec<JobDirectory>, JobDirectoryError> {
        let jobs = working_directory.join(JOBS);
        let entries = match fs::read_dir(&jobs) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io_error("list", &jobs))?,
        };
        let mut found: Vec<JobDirectory> = entries.flatten().map(|entry| JobDirectory { path: entry.path() }).collect();
        found.retain(|directory| directory.record_file().is_file());
        found.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(found)
    }

    /// Its absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The job's name.
    pub fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The script as it was when the job was submitted.
    pub fn script(&self) -> PathBuf {
        self.path.join("script.py")
    }

    /// The job script.
    pub fn job_script(&self) -> PathBuf {
        self.path.join("job.sh")
    }

    /// Where the output of attempts goes, unless the job says otherwise.
    pub fn logs(&self) -> PathBuf {
        self.path.join("logs")
    }

    /// The run directory; of an array, that of an index.
    pub fn run(&self, index: Option<u64>) -> PathBuf {
        let run = self.path.join("run");
        index.map_or(run.clone(), |index| run.join(index.to_string()))
    }

    /// Has the job not be submitted again, and where it runs, stop in good order: its script and its run look for this file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn cancel(&self) -> Result<(), JobDirectoryError> {
        publish(&self.cancelled_file(), b"", 0o600)
    }

    /// Has it go on, if it should be submitted.
    ///
    /// # Errors
    /// What the file system says.
    pub fn take_back_cancel(&self) -> Result<(), JobDirectoryError> {
        let path = self.cancelled_file();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(io_error("remove", &path)(error)),
            _ => Ok(()),
        }
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled_file().exists()
    }

    fn cancelled_file(&self) -> PathBuf {
        self.path.join("cancelled")
    }

    fn record_file(&self) -> PathBuf {
        self.path.join("job.json")
    }

    fn attempts_file(&self) -> PathBuf {
        self.path.join("attempts.jsonl")
    }

    /// What the job is.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn record(&self) -> Result<JobRecord, JobDirectoryError> {
        let path = self.record_file();
        let text = fs::read_to_string(&path).map_err(io_error("read", &path))?;
        serde_json::from_str(&text).map_err(|source| JobDirectoryError::Damaged { path, source })
    }

    /// Says what the job is.
    ///
    /// # Errors
    /// What the file system says.
    pub fn save(&self, record: &JobRecord) -> Result<(), JobDirectoryError> {
        let text = serde_json::to_string_pretty(record).expect("a job is plain data, which is JSON");
        publish(&self.record_file(), format!("{text}\n").as_bytes(), 0o600)
    }

    /// Keeps the template of the user's own, for the next job script.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keep_template(&self, text: &str) -> Result<(), JobDirectoryError> {
        publish(&self.path.join("template.sh"), text.as_bytes(), 0o600)
    }

    /// The template of the user's own, as it was.
    ///
    /// # Errors
    /// What the file system says.
    pub fn template(&self) -> Result<String, JobDirectoryError> {
        let path = self.path.join("template.sh");
        fs::read_to_string(&path).map_err(io_error("read", &path))
    }

    /// Puts script and job script there, and the directories for logs and journal.
    ///
    /// # Errors
    /// What the file system says.
    pub fn fill(&self, script: &[u8], job_script: &str) -> Result<(), JobDirectoryError> {
        for directory in [self.logs(), self.run(None)] {
            fs::create_dir_all(&directory).map_err(io_error("create", &directory))?;
        }
        publish(&self.script(), script, 0o600)?;
        publish(&self.job_script(), job_script.as_bytes(), 0o700)
    }

    /// Removes the directory of a job that the batch system has refused: nothing has become of it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn remove(self) -> Result<(), JobDirectoryError> {
        fs::remove_dir_all(&self.path).map_err(io_error("remove", &self.path))
    }

    /// What happened to the job, in order.
    ///
    /// # Errors
    /// What the file system says.
    pub fn attempts(&self) -> Result<Vec<Attempt>, JobDirectoryError> {
        let path = self.attempts_file();
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            text => text.map_err(io_error("read", &path))?,
        };
        Ok(attempt::read(&text))
    }

    /// Says what happened to the job.
    ///
    /// # Errors
    /// What the file system says.
    pub fn append(&self, attempt: &Attempt) -> Result<(), JobDirectoryError> {
        let path = self.attempts_file();
        let line = serde_json::to_string(attempt).expect("an attempt is plain data, which is JSON");
        let opened = OpenOptions::new().create(true).append(true).open(&path);
        let mut file = opened.map_err(io_error("open", &path))?;
        file.write_all(format!("{line}\n").as_bytes()).map_err(io_error("write", &path))
    }
}

/// Writes a file under another name, syncs it and gives it its own.
///
/// # Errors
/// What the file system says.
pub fn publish(path: &Path, bytes: &[u8], mode: u32) -> Result<(), JobDirectoryError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unique = format!(".{name}.{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let temporary = path.with_file_name(unique);
    let write = || {
        let mut file: File = OpenOptions::new().write(true).create_new(true).mode(mode).open(&temporary)?;
        file.write_all(bytes)?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_data()?;
        fs::rename(&temporary, path)
    };
    write().map_err(|source| {
        // Why writing failed is worth more than a second failure.
        let _ = fs::remove_file(&temporary);
        io_error("write", path)(source)
    })
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> JobDirectoryError {
    let path = path.to_owned();
    move |source| JobDirectoryError::Io { action, path, source }
}

#[cfg(test)]
mod tests {
    use super::super::AttemptKind;
    use super::*;

    #[test]
    fn a_name_is_given_once() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(JobDirectory::free_name(folder.path(), "ndvi"), "ndvi");
        JobDirectory::create(folder.path(), "ndvi").unwrap();
        assert!(matches!(JobDirectory::create(folder.path(), "ndvi"), Err(JobDirectoryError::Taken { .. })));
        assert_eq!(JobDirectory::free_name(folder.path(), "ndvi"), "ndvi-2");
    }

    #[test]
    fn a_job_is_there_once_it_says_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let directory = JobDirectory::create(folder.path(), "ndvi").unwrap();
        assert!(JobDirectory::list(folder.path()).unwrap().is_empty());
        let record = JobRecord {
            job: JobSpec::example(),
            batch: BatchKind::Pbs,
            working_directory: folder.path().to_owned(),
            swath: "/opt/swath".into(),
            version: "1".to_owned(),
            created: 17,
            template: None,
        };
        directory.save(&record).unwrap();
        directory.fill(b"print(1)\n", "#!/bin/bash\n").unwrap();
        assert_eq!(JobDirectory::open(folder.path(), "ndvi").unwrap().record().unwrap(), record);
        assert_eq!(JobDirectory::list(folder.path()).unwrap(), [directory]);
        for name in ["other", "..", "a/b", ""] {
            assert!(JobDirectory::open(folder.path(), name).is_err(), "{name}");
        }
    }

    #[test]
    fn torn_lines_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let directory = JobDirectory::create(folder.path(), "ndvi").unwrap();
        assert!(directory.attempts().unwrap().is_empty());
        directory.append(&Attempt::now(AttemptKind::First, "1")).unwrap();
        directory.append(&Attempt::now(AttemptKind::Resubmitted, "2")).unwrap();
        directory.append(&Attempt::now(AttemptKind::Started, "2")).unwrap();
        let path = directory.attempts_file();
        fs::write(&path, fs::read_to_string(&path).unwrap() + "{\"kind\":\"resub").unwrap();
        assert_eq!(directory.attempts().unwrap().len(), 3);
    }

    #[test]
    fn scripts_are_for_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let directory = JobDirectory::create(folder.path(), "ndvi").unwrap();
        directory.fill(b"", "#!/bin/bash\n").unwrap();
        let mode = directory.job_script().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
