//! What a job is to be: plain numbers and words, complete, and the same for every batch system.
//!
//! The command line and a [`super::Site`] fill it; [`super::geometry`] says whether it can be; [`super::template`] writes the
//! job script; [`super::JobDirectory`] keeps it for the next submission.

use super::mpi_launcher::MpiLauncher;
use super::{ArrayIndices, MpiFamily};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// Part of a node's memory that its ranks are given, in percent, as `swath run` does by itself: the rest is for the MPI
/// library and the page cache.
const MEMORY_PERCENT: u64 = 85;
/// Seconds between the end of a run and that of its job, in which the job is submitted again.
const LONGEST_MARGIN_SECONDS: u64 = 30;

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobSpec {
    /// Its name; also that of its directory.
    pub name: String,
    /// Nodes.
    pub nodes: u32,
    /// MPI ranks on each node.
    pub ranks_per_node: u32,
    /// Threads of a rank, and cores.
    pub threads: u32,
    /// Memory of a node; the queue's default where none is named.
    pub memory_bytes: Option<u64>,
    /// Time after which the batch system ends it; the queue's default where none is named.
    pub walltime_seconds: Option<u64>,
    /// Account, or project, that pays.
    pub account: Option<String>,
    /// The option of PBS that takes it: `-A` or `-P`.
    pub account_option: String,
    /// Queue, or partition.
    pub queue: Option<String>,
    /// Quality of service.
    pub qos: Option<String>,
    /// Features that nodes must have.
    pub constraint: Option<String>,
    /// Whether its nodes are its own.
    pub exclusive: bool,
    /// Indices, where it is an array.
    pub array: Option<ArrayIndices>,
    /// What has to end before it starts.
    pub after: Vec<Dependency>,
    /// Whom the batch system writes to.
    pub mail: Option<Mail>,
    /// Variables set in the job.
    pub environment: Vec<(String, String)>,
    /// Environment modules that the job loads.
    pub modules: Vec<String>,
    /// Further directives, as the batch system takes them.
    pub directives: Vec<String>,
    /// Beginnings of directives that are left out.
    pub skipped_directives: Vec<String>,
    /// Lines of shell before the run.
    pub prologue: Vec<String>,
    /// Lines of shell after the run has finished.
    pub epilogue: Vec<String>,
    /// Where the job's output goes; `logs` in the job's directory by default.
    pub log_directory: Option<PathBuf>,
    /// What starts the ranks.
    pub launcher: MpiLauncher,
    /// Whether the user or the site has said so.
    #[serde(default)]
    pub is_launcher_named: bool,
    /// The program that stands for it, where its name is another library's.
    #[serde(default)]
    pub launcher_program: Option<String>,
    /// The MPI library of the binary, as far as known.
    #[serde(default)]
    pub mpi: Option<MpiFamily>,
    /// The interface that srun offers to ranks, where the site's default isn't to be trusted.
    #[serde(default)]
    pub srun_interface: Option<String>,
    /// Further arguments of the launcher; may name variables of the job.
    pub launcher_arguments: Vec<String>,
    /// Whether ranks and threads are bound to cores.
    pub is_bound: bool,
    /// How often the job may run: drained or with a node lost, it is submitted again.
    pub attempts: u32,
    /// Time that stopping in good order may take.
    pub grace_seconds: u64,
    /// Directory of the node for what memory doesn't hold; may name variables of the job.
    pub scratch: Option<String>,
    /// The script as the user named it.
    pub script: PathBuf,
    /// What the script is given.
    pub arguments: Vec<String>,
    /// Further options of `swath run`.
    pub run_arguments: Vec<String>,
    /// Name of the site whose defaults it has.
    pub site: Option<String>,
}

impl JobSpec {
    /// All its ranks.
    pub fn ranks(&self) -> u64 {
        u64::from(self.nodes) * u64::from(self.ranks_per_node)
    }

    /// Cores of a node that it uses.
    pub fn cores_per_node(&self) -> u64 {
        u64::from(self.ranks_per_node) * u64::from(self.threads)
    }

    /// Memory that a rank is told to keep to, where the node's is named.
    pub fn rank_memory_bytes(&self) -> Option<u64> {
        let of_rank = |bytes: u64| bytes / 100 * MEMORY_PERCENT / u64::from(self.ranks_per_node.max(1));
        self.memory_bytes.map(of_rank)
    }

    /// Seconds before its end at which the run must have left.
    pub fn margin_seconds(&self) -> u64 {
        let share = self.walltime_seconds.map_or(LONGEST_MARGIN_SECONDS, |seconds| seconds / 20);
        share.clamp(1, LONGEST_MARGIN_SECONDS)
    }
}

/// What a job that has ended must have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// Without an error.
    Ok,
    /// Whatever it was.
    Any,
    /// With an error.
    Fail,
}

impl Condition {
    /// The word of Slurm and PBS for it.
    pub fn word(self) -> &'static str {
        match self {
            Condition::Ok => "afterok",
            Condition::Any => "afterany",
            Condition::Fail => "afternotok",
        }
    }
}

/// Another job that has to end first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Its id in the batch system.
    pub id: String,
    /// How it must have ended.
    pub condition: Condition,
    /// Its directory, where it is one of ours: it may have been submitted again under another id.
    pub directory: Option<PathBuf>,
    /// Jobs that it is: of an array, those of its indices.
    #[serde(default = "one")]
    pub jobs: u64,
}

fn one() -> u64 {
    1
}

/// Whom the batch system writes to, and about what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The address.
    pub address: String,
    /// The events.
    pub events: Vec<MailEvent>,
}

/// Something that the batch system writes a mail about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailEvent {
    /// The job begins.
    Begin,
    /// The job ends.
    End,
    /// The job fails.
    Fail,
}

impl MailEvent {
    /// The letter of PBS for it.
    pub(super) fn letter(self) -> char {
        match self {
            MailEvent::Begin => 'b',
            MailEvent::End => 'e',
            MailEvent::Fail => 'a',
        }
    }
}

/// Why mail or a condition can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobSpecError {
    /// A dependency's condition is none.
    #[error("'{text}' is no condition: expected ok, any or fail after the colon, as in 4711:any")]
    Condition {
        /// What was given.
        text: String,
    },
    /// There is no address.
    #[error("'{text}' is no mail address: expected one as in ada@example.org, or ada@example.org:begin,end,fail")]
    Mail {
        /// What was given.
        text: String,
    },
    /// A variable has no name, or no value.
    #[error("'{text}' is no variable: expected one as in NAME=VALUE")]
    Variable {
        /// What was given.
        text: String,
    },
}

/// A job and a condition, `JOB[:ok|any|fail]`; the job as the user named it.
///
/// # Errors
/// [`JobSpecError::Condition`] where there is none such.
pub fn dependency(text: &str) -> Result<(String, Condition), JobSpecError> {
    let (job, condition) = match text.rsplit_once(':') {
        None => (text, Condition::Ok),
        Some((job, "ok")) => (job, Condition::Ok),
        Some((job, "any")) => (job, Condition::Any),
        Some((job, "fail")) => (job, Condition::Fail),
        Some(_) => return Err(JobSpecError::Condition { text: text.to_owned() }),
    };
    Ok((job.to_owned(), condition))
}

/// `ADDRESS[:EVENTS]`; by default about the end, good or bad.
///
/// # Errors
/// [`JobSpecError::Mail`] where there is no address or no such event.
pub fn mail(text: &str) -> Result<Mail, JobSpecError> {
    let failed = || JobSpecError::Mail { text: text.to_owned() };
    let (address, events) = text.split_once(':').unwrap_or((text, "end,fail"));
    let event = |word: &str| match word {
        "begin" => Ok(MailEvent::Begin),
        "end" => Ok(MailEvent::End),
        "fail" => Ok(MailEvent::Fail),
        _ => Err(failed()),
    };
    let events = events.split(',').map(event).collect::<Result<Vec<_>, _>>()?;
    let is_address = !address.is_empty() && !address.contains(|character: char| character.is_whitespace());
    if is_address { Ok(Mail { address: address.to_owned(), events }) } else { Err(failed()) }
}

/// `NAME=VALUE`, with a name that a shell takes.
///
/// # Errors
/// [`JobSpecError::Variable`] where it is something else.
pub fn variable(text: &str) -> Result<(String, String), JobSpecError> {
    let is_name = |name: &str| {
        let is_start = name.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_');
        is_start && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
    };
    let parts = text.split_once('=').filter(|(name, _)| is_name(name));
    let (name, value) = parts.ok_or_else(|| JobSpecError::Variable { text: text.to_owned() })?;
    Ok((name.to_owned(), value.to_owned()))
}

impl fmt::Display for Dependency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Submitted again, one of ours ends well under the id that it had, whatever comes of it: who waits for its failure
        // looks whether it has failed when it has ended.
        let is_looked_at = self.directory.is_some() && self.condition == Condition::Fail;
        let word = if is_looked_at { Condition::Any.word() } else { self.condition.word() };
        write!(formatter, "{word}:{}", self.id)
    }
}

#[cfg(test)]
impl JobSpec {
    /// A job of two nodes, for tests.
    pub fn example() -> JobSpec {
        JobSpec {
            name: "ndvi".to_owned(),
            nodes: 2,
            ranks_per_node: 2,
            threads: 4,
            memory_bytes: Some(4 << 30),
            walltime_seconds: Some(3600),
            account: None,
            account_option: "-A".to_owned(),
            queue: None,
            qos: None,
            constraint: None,
            exclusive: false,
            array: None,
            after: Vec::new(),
            mail: None,
            environment: Vec::new(),
            modules: Vec::new(),
            directives: Vec::new(),
            skipped_directives: Vec::new(),
            prologue: Vec::new(),
            epilogue: Vec::new(),
            log_directory: None,
            launcher: MpiLauncher::Mpirun,
            is_launcher_named: false,
            launcher_program: None,
            mpi: None,
            srun_interface: None,
            launcher_arguments: Vec::new(),
            is_bound: true,
            attempts: 5,
            grace_seconds: 60,
            scratch: None,
            script: PathBuf::from("ndvi.py"),
            arguments: Vec::new(),
            run_arguments: Vec::new(),
            site: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_read_with_and_without_condition() {
        assert_eq!(dependency("4711"), Ok(("4711".to_owned(), Condition::Ok)));
        assert_eq!(dependency("12.server:any"), Ok(("12.server".to_owned(), Condition::Any)));
        assert!(matches!(dependency("4711:maybe"), Err(JobSpecError::Condition { .. })));
    }

    #[test]
    fn whether_one_of_ours_has_failed_is_looked_at_when_it_has_ended() {
        let told = |condition, directory: Option<&str>| {
            let directory = directory.map(PathBuf::from);
            Dependency { id: "17".to_owned(), condition, directory, jobs: 1 }.to_string()
        };
        assert_eq!(told(Condition::Fail, None), "afternotok:17");
        assert_eq!(told(Condition::Fail, Some("/jobs/first")), "afterany:17");
        assert_eq!(told(Condition::Ok, Some("/jobs/first")), "afterok:17");
    }

    #[test]
    fn mail_is_about_the_end_unless_said_otherwise() {
        assert_eq!(mail("ada@example.org").unwrap().events, [MailEvent::End, MailEvent::Fail]);
        assert_eq!(mail("ada@example.org:begin").unwrap().events, [MailEvent::Begin]);
        assert!(mail(":end").is_err() && mail("ada@example.org:lunch").is_err() && mail("a b").is_err());
    }

    #[test]
    fn variables_have_a_name_that_a_shell_takes() {
        assert_eq!(variable("A_1=b=c"), Ok(("A_1".to_owned(), "b=c".to_owned())));
        assert_eq!(variable("A="), Ok(("A".to_owned(), String::new())));
        assert!(variable("1A=b").is_err() && variable("A").is_err() && variable("=b").is_err());
        assert!(variable("A B=c").is_err());
    }
}
