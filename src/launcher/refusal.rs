//! Why a batch system has not taken a job, and what to do about it.
//!
//! The messages are those that Slurm's `slurm_strerror` (src/common/slurm_errno.c) and the error table of OpenPBS
//! (src/lib/Libifl/pbs_errs) have for what users run into, and Torque's (src/lib/Libifl/pbs_messages.c).

use super::BatchKind;
use super::command::{Answer, CommandError};

/// Why a job isn't in the queue.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// There is no command to submit it.
    #[error("there is nothing to submit the job by")]
    NoCommand,
    /// The batch system's command can't be run, or gives no answer.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The batch system refuses the job.
    #[error("{kind} refuses the job: {said}")]
    Refused {
        /// The batch system.
        kind: BatchKind,
        /// What it says.
        said: String,
        /// What to do about it, where we know.
        remedy: Option<&'static str>,
    },
    /// The command says that all is well, but not which job it is.
    #[error("{command} gave no job id, but '{}'", said.trim().escape_debug())]
    NoId {
        /// The command.
        command: String,
        /// What it wrote instead.
        said: String,
    },
}

/// Parts of messages, in lower case, after which nobody knows whether what was asked for has been done: the question went
/// out, and no answer came back. Where no connection was made, nothing has.
pub(super) const UNCERTAIN: [&str; 9] = [
    "timed out",
    "receive failure",
    "zero bytes were transmitted",
    "communication",
    "connection reset",
    "connection lost",
    "broken pipe",
    "end of file",
    "premature end",
];

impl SubmitError {
    /// Whether the job is in no queue for certain.
    pub fn is_certain(&self) -> bool {
        match self {
            SubmitError::NoCommand | SubmitError::Command(CommandError::NotFound { .. } | CommandError::Io { .. }) => {
                true
            }
            SubmitError::Refused { said, .. } => {
                let said = said.to_ascii_lowercase();
                !UNCERTAIN.iter().any(|part| said.contains(part))
            }
            SubmitError::Command(CommandError::TimedOut { .. }) | SubmitError::NoId { .. } => false,
        }
    }

    /// What the user can do.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            SubmitError::Refused { remedy, .. } => *remedy,
            SubmitError::Command(CommandError::NotFound { .. }) => {
                Some("submit from a login node of the cluster, or name the batch system that is here by --on")
            }
            SubmitError::Command(CommandError::TimedOut { .. }) => Some(
                "the job may be in the queue all the same (squeue --me, qstat -u $USER): swath status looks for it there",
            ),
            SubmitError::NoId { .. } => Some(
                "a wrapper may hide the id: swath status looks for the job in the queue (squeue --me, qstat -u $USER)",
            ),
            _ => None,
        }
    }
}

/// Parts of Slurm's messages, in lower case, and remedies.
const SLURM: &[(&str, &str)] = &[
    (
        "invalid account or account/partition",
        "name an account that may use this partition by --account (sacctmgr show assoc user=$USER lists yours)",
    ),
    ("invalid partition", "name one of the partitions that `sinfo -s` lists by --queue"),
    ("invalid qos", "name a quality of service that you may use by --qos (sacctmgr show assoc user=$USER format=qos)"),
    ("requested time limit is invalid", "ask for less by --time: `sinfo -o '%P %l'` shows each partition's limit"),
    (
        "requested node configuration is not available",
        "ask for no more cores, memory or features of a node than it has: `sinfo -o '%P %c %m %f'` shows them",
    ),
    ("more processors requested than permitted", "ask for fewer --nodes or cores, or for another --queue"),
    ("node count specification invalid", "ask for fewer --nodes: `sinfo -o '%P %D'` shows how many a partition has"),
    (
        "requested partition configuration not available now",
        "the partition is down or too small for the job: another --queue, or fewer --nodes",
    ),
    ("memory required by task is not available", "ask for less by --memory, or for a queue of larger nodes"),
    (
        "memory specification can not be satisfied",
        "ask for less by --memory: `sinfo -o '%P %m'` shows a node's, in MiB",
    ),
    (
        "job violates accounting/qos policy",
        "you are over a limit of your account: of jobs, nodes or time. Wait for others to end, or ask for less",
    ),
    ("job dependency problem", "the job named by --after is unknown to Slurm: it may have ended long ago"),
    ("invalid feature specification", "name features that nodes have by --constraint: `sinfo -o '%P %f'` shows them"),
    ("invalid job array specification", "the indices go over the cluster's MaxArraySize: fewer by --array"),
    ("user's group not permitted to use this partition", "another --queue: this one isn't open to your group"),
    ("access/permission denied", "this partition or account isn't open to you: another --queue or --account"),
    ("access denied", "this partition or account isn't open to you: another --queue or --account"),
    (
        "unable to contact slurm controller",
        "the controller is down or can't be reached from this host: try again later, or on a login node",
    ),
    ("connection refused", "the controller is down: try again later"),
    (
        "socket timed out",
        "the controller is busy, and the job may be in the queue all the same (squeue --me): swath status looks for it there",
    ),
    (
        "zero bytes were transmitted",
        "the controller is busy, and the job may be in the queue all the same (squeue --me): swath status looks for it there",
    ),
    ("could not establish a configuration source", "this host isn't part of a Slurm cluster: submit from a login node"),
    ("unrecognized option", "this Slurm is too old for an option of the job script: leave it out by --skip-directive"),
    ("invalid --", "an option of the job script isn't this Slurm's: leave it out by --skip-directive"),
    ("must specify an account", "name the account that pays by --account"),
    (
        "batch job submission failed: unspecified error",
        "the site's own submission filter refuses it; its documentation says what a job must name",
    ),
    ("maximum number of jobs", "wait until some of your jobs have ended"),
];

/// Parts of the messages of PBS and Torque, in lower case, and remedies.
const PBS: &[(&str, &str)] = &[
    ("unknown queue", "name one of the queues that `qstat -Q` lists by --queue"),
    ("unauthorized request", "this queue isn't open to you: another --queue, or --account"),
    ("access to queue is denied", "this queue isn't open to you: another --queue"),
    ("queue is not enabled", "the queue takes no jobs now: another --queue, or later"),
    ("job exceeds queue", "ask for less by --time, --nodes or --memory: `qstat -Qf QUEUE` shows the limits"),
    (
        "job violates queue and/or server resource limits",
        "ask for less by --time, --nodes or --memory: `qstat -Qf QUEUE` shows the limits",
    ),
    (
        "unknown resource",
        "the site doesn't know a resource of the job: leave its line out by --skip-directive and name the site's own by --directive",
    ),
    (
        "illegal attribute or resource value",
        "a value isn't this PBS's: see the directives by --dry-run, and leave the one out by --skip-directive",
    ),
    (
        "bad attribute value",
        "a value isn't this PBS's: see the directives by --dry-run, and leave the one out by --skip-directive",
    ),
    ("invalid account", "name the account that pays by --account"),
    ("invalid project", "name the project that pays by --account"),
    ("would exceed", "you are over a limit of the queue: wait for your other jobs to end"),
    ("maximum number of jobs already in queue", "wait until some of your jobs have ended"),
    ("unknown job id", "the job named by --after is unknown to PBS: it may have ended long ago"),
    ("cannot connect to", "the server is down or can't be reached from this host: try again later, or on a login node"),
    ("connection refused", "the server is down: try again later"),
    ("pbs_iff", "this host may not submit jobs: use a login node"),
    (
        "bad uid for job execution",
        "the server doesn't take jobs of this user, or of this host: use a login node, not root",
    ),
    ("illegal -", "an option of the job script isn't this PBS's: leave it out by --skip-directive"),
    (
        "job rejected by all possible destinations",
        "no queue takes a job of this size: less by --time or --nodes, or a queue by --queue",
    ),
    ("hook rejected request", "the site's own rules refuse it; its documentation says what a job must name"),
    ("no default queue", "name a queue by --queue: `qstat -Q` lists them"),
    ("usage:", "this isn't the qsub that was expected: name the dialect, --on pbs or --on torque"),
];

/// What a batch system's answer says.
pub(super) fn refused(kind: BatchKind, answer: &Answer) -> SubmitError {
    let text = if answer.stderr.trim().is_empty() { &answer.stdout } else { &answer.stderr };
    let lower = text.to_ascii_lowercase();
    let table = if kind == BatchKind::Slurm { SLURM } else { PBS };
    let remedy = table.iter().find(|(part, _)| lower.contains(part)).map(|(_, remedy)| *remedy);
    let lines: Vec<&str> = text.lines().map(plain).filter(|line| !line.is_empty()).collect();
    let said = match lines.as_slice() {
        [] => format!("without a word, exit code {}", answer.code.unwrap_or(-1)),
        lines => lines.join("; "),
    };
    SubmitError::Refused { kind, said, remedy }
}

/// A line without the name of the command that every one begins with.
fn plain(line: &str) -> &str {
    let line = line.trim();
    ["sbatch: error: ", "sbatch: fatal: ", "sbatch: ", "qsub: "]
        .iter()
        .find_map(|prefix| line.strip_prefix(prefix))
        .unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(kind: BatchKind, stderr: &str) -> SubmitError {
        refused(kind, &Answer { code: Some(1), stdout: String::new(), stderr: stderr.to_owned() })
    }

    #[test]
    fn what_slurm_says_has_a_remedy() {
        let said = "sbatch: error: invalid partition specified: fast\nsbatch: error: Batch job submission failed: Invalid partition name specified\n";
        let error = refusal(BatchKind::Slurm, said);
        assert!(error.to_string().starts_with("Slurm refuses the job: invalid partition specified: fast; Batch job"));
        assert!(error.remedy().unwrap().contains("sinfo"));
    }

    #[test]
    fn an_answer_without_a_word_is_said_as_such() {
        assert_eq!(refusal(BatchKind::Pbs, "").to_string(), "PBS refuses the job: without a word, exit code 1");
        assert_eq!(refusal(BatchKind::Pbs, "qsub: strange\n").remedy(), None);
    }

    #[test]
    fn what_gets_no_answer_is_told_from_what_is_refused() {
        let is_certain = |said: &str| refusal(BatchKind::Slurm, said).is_certain();
        for said in [
            "Socket timed out on send/recv operation",
            "Zero Bytes were transmitted or received",
            "Unable to contact slurm controller (receive failure)",
            "qsub: Communication failure",
            "qsub: End of File",
        ] {
            assert!(!is_certain(said), "{said}");
        }
        for said in
            ["Unable to contact slurm controller (connect failure)", "Connection refused", "Invalid qos specification"]
        {
            assert!(is_certain(said), "{said}");
        }
    }

    #[test]
    fn messages_are_listed_in_lower_case() {
        for part in UNCERTAIN {
            assert_eq!(part.to_ascii_lowercase(), part);
        }
        for (part, remedy) in SLURM.iter().chain(PBS) {
            assert!(part.to_ascii_lowercase() == **part && !remedy.is_empty());
        }
    }
}
