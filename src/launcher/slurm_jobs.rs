//! What Slurm knows of jobs: by `squeue` while the controller remembers them, then by `sacct`, and `scancel` to end them.
//!
//! States are those of squeue(1) and sacct(1), "JOB STATE CODES", of Slurm 22.05 and later; reasons those of "JOB REASON CODES".

use super::batch_job::{BatchEnd, BatchJob, BatchReport, BatchState, FoundJob, QueryError, said};
use super::command::{Answer, Invocation, run};
use std::path::Path;

/// What users may have set for squeue, sacct and scancel, and would change what they answer.
const FORMATS: [&str; 14] = [
    "SQUEUE_ACCOUNT",
    "SQUEUE_ALL",
    "SQUEUE_ARRAY",
    "SQUEUE_FORMAT",
    "SQUEUE_FORMAT2",
    "SQUEUE_LICENSES",
    "SQUEUE_NAMES",
    "SQUEUE_PARTITION",
    "SQUEUE_QOS",
    "SQUEUE_SORT",
    "SQUEUE_STATES",
    "SQUEUE_USERS",
    "SACCT_FEDERATION",
    "SLURM_BITSTR_LEN",
];

/// What reasons mean, where their names don't say.
const REASONS: &[(&str, &str)] = &[
    ("Resources", "waits for free nodes"),
    ("Priority", "others are before it"),
    ("Dependency", "waits for another job"),
    ("DependencyNeverSatisfied", "will never start: a job that it waits for has ended otherwise"),
    ("JobHeldUser", "held: scontrol release lets it go on"),
    ("JobHeldAdmin", "held by an administrator"),
    ("BeginTime", "starts in a moment, or at the time that it was given"),
    ("ReqNodeNotAvail", "nodes that it needs are down or reserved"),
    ("PartitionTimeLimit", "will not start: its walltime is over the partition's limit"),
    ("PartitionNodeLimit", "will not start: it has more nodes than the partition lets a job have"),
    ("PartitionDown", "its partition is down"),
    ("PartitionInactive", "its partition takes no jobs now"),
    ("JobArrayTaskLimit", "so many of its array may run at once"),
    ("AssocGrpCPUMinutesLimit", "the account has used up its time"),
    ("AssocGrpBillingMinutes", "the account has used up its time"),
    ("QOSMaxJobsPerUserLimit", "so many of your jobs may run at once"),
    ("QOSMaxWallDurationPerJobLimit", "will not start: its walltime is over the limit of its quality of service"),
    ("Licenses", "waits for a licence"),
    ("None", "not looked at yet"),
];

/// What Slurm says of jobs.
///
/// # Errors
/// [`QueryError`] where it gives no answer that can be relied on.
pub(super) fn query(ids: &[String]) -> Result<BatchReport, QueryError> {
    let list = ids.join(",");
    let options = ["--noheader", "--array", "--states=all", "--format=%i|%T|%N|%r"];
    let answer = ask("squeue", options.map(str::to_owned).into_iter().chain([format!("--jobs={list}")]))?;
    let mut report = BatchReport::default();
    if answer.is_success() {
        read(&mut report, "squeue", &answer.stdout, by_squeue)?;
    } else if !is_unknown(&answer) {
        return Err(QueryError::Failed { command: "squeue", said: said(&answer.stdout, &answer.stderr) });
    }
    let is_known = |id: &&String| {
        let element = format!("{id}_");
        report.jobs.keys().any(|known| known == *id || known.starts_with(&element))
    };
    let forgotten: Vec<String> = ids.iter().filter(|id| !is_known(id)).cloned().collect();
    if !forgotten.is_empty() {
        ask_accounting(&mut report, &forgotten)?;
    }
    Ok(report)
}

/// The user's jobs of a job script, as far as the controller remembers them.
///
/// # Errors
/// [`QueryError`] where Slurm gives no answer that can be relied on.
pub(super) fn find(script: &Path) -> Result<Vec<FoundJob>, QueryError> {
    let options = ["--noheader", "--me", "--all", "--states=all", "--format=%F|%V|%o"];
    let answer = ask("squeue", options.map(str::to_owned))?;
    if !answer.is_success() {
        return Err(QueryError::Failed { command: "squeue", said: said(&answer.stdout, &answer.stderr) });
    }
    of_script(&answer.stdout, &script.display().to_string())
}

/// Jobs among lines of an id, a time and a command, those of a script. Sites may have squeue say more: lines that aren't of a
/// job are none, but where there is no other.
fn of_script(text: &str, script: &str) -> Result<Vec<FoundJob>, QueryError> {
    let mut found: Vec<FoundJob> = Vec::new();
    let (mut is_answer, mut garbage) = (false, None);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut fields = line.splitn(3, '|');
        let job = (|| Some((known_id(fields.next()?)?, fields.next()?, fields.next()?)))();
        let Some((id, submitted, command)) = job else {
            garbage = garbage.or(Some(line));
            continue;
        };
        is_answer = true;
        if command == script && !found.iter().any(|job| job.id == id) {
            found.push(FoundJob { id, submitted: submitted.parse().ok() });
        }
    }
    match garbage {
        Some(line) if !is_answer => Err(QueryError::Garbage { command: "squeue", line: line.to_owned() }),
        _ => Ok(found),
    }
}

/// Asks for jobs that the controller has forgotten. Where there is no accounting, a file of finished jobs may be kept.
fn ask_accounting(report: &mut BatchReport, ids: &[String]) -> Result<(), QueryError> {
    let words = |options: &[&str]| -> Vec<String> {
        let common = ["--noheader", "--parsable2", "--format=jobid,state,nodelist"];
        options
            .iter()
            .chain(&common)
            .map(|word| (*word).to_owned())
            .chain([format!("--jobs={}", ids.join(","))])
            .collect()
    };
    let accounting = ask("sacct", words(&["--allocations", "--array"]))?;
    let answer = if accounting.is_success() { accounting } else { ask("sacct", words(&["--completion"]))? };
    // What neither has isn't known; that it may have been known once is for the user to hear.
    if !answer.is_success() {
        report.forgets = Some("it keeps no accounting that could be asked");
        return Ok(());
    }
    read(report, "sacct", &answer.stdout, by_sacct)
}

/// Ends a job, or takes it from the queue.
///
/// # Errors
/// [`QueryError`] where Slurm can't be asked to; a job that has ended already is no error.
pub(super) fn cancel(id: &str) -> Result<(), QueryError> {
    let answer = ask("scancel", [id.to_owned()])?;
    if answer.is_success() || is_unknown(&answer) || answer.stderr.contains("already complet") {
        return Ok(());
    }
    Err(QueryError::Failed { command: "scancel", said: said(&answer.stdout, &answer.stderr) })
}

fn ask(program: &'static str, words: impl IntoIterator<Item = String>) -> Result<Answer, QueryError> {
    let mut variables = FORMATS.map(|name| (name.to_owned(), None)).to_vec();
    // Times are seconds since 1970 then, whatever the time zone.
    variables.push(("SLURM_TIME_FORMAT".to_owned(), Some("%s".to_owned())));
    Ok(run(&Invocation { variables, ..Invocation::new(program, words) })?)
}

fn is_unknown(answer: &Answer) -> bool {
    answer.stderr.contains("Invalid job id")
}

/// Adds what the lines of a command's answer say, by a function that reads one.
fn read(
    report: &mut BatchReport,
    command: &'static str,
    text: &str,
    job: impl Fn(&str) -> Option<(String, BatchJob)>,
) -> Result<(), QueryError> {
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (id, job) = job(line).ok_or_else(|| QueryError::Garbage { command, line: line.to_owned() })?;
        report.jobs.insert(id, job);
    }
    Ok(())
}

/// A line of `squeue`: id, state, nodes and reason.
fn by_squeue(line: &str) -> Option<(String, BatchJob)> {
    let mut fields = line.splitn(4, '|');
    let (id, state, nodes, reason) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    Some((known_id(id)?, BatchJob { state: state_of(state, reason)?, nodes: nodes.to_owned() }))
}

/// A line of `sacct`: id, state and nodes.
fn by_sacct(line: &str) -> Option<(String, BatchJob)> {
    let mut fields = line.split('|');
    let (id, state, nodes) = (fields.next()?, fields.next()?, fields.next()?);
    Some((known_id(id)?, BatchJob { state: state_of(state, "None")?, nodes: nodes.to_owned() }))
}

fn known_id(id: &str) -> Option<String> {
    let is_id = id.starts_with(|first: char| first.is_ascii_digit())
        && id.chars().all(|character| character.is_ascii_digit() || "_[]-,%+.".contains(character));
    is_id.then(|| id.to_owned())
}

fn state_of(word: &str, reason: &str) -> Option<BatchState> {
    // `CANCELLED by 1000`, and a plus sign where a column is too narrow.
    let word = word.split_whitespace().next()?.trim_end_matches('+');
    Some(match word {
        "PENDING" | "REQUEUED" | "REQUEUE_FED" | "REQUEUE_HOLD" | "SPECIAL_EXIT" | "RESV_DEL_HOLD" => {
            BatchState::Queued { reason: explained(reason) }
        }
        "CONFIGURING" => BatchState::Queued { reason: "its nodes are starting".to_owned() },
        "SUSPENDED" | "STOPPED" => BatchState::Queued { reason: "suspended".to_owned() },
        "RUNNING" | "SIGNALING" | "RESIZING" => BatchState::Running,
        "COMPLETING" | "STAGE_OUT" => BatchState::Ending,
        "COMPLETED" => BatchState::Ended(BatchEnd::Completed),
        "CANCELLED" | "REVOKED" => BatchState::Ended(BatchEnd::Cancelled),
        "FAILED" => BatchState::Ended(BatchEnd::Failed),
        "TIMEOUT" | "DEADLINE" => BatchState::Ended(BatchEnd::TimedOut),
        "NODE_FAIL" | "BOOT_FAIL" => BatchState::Ended(BatchEnd::NodeFailed),
        "OUT_OF_MEMORY" => BatchState::Ended(BatchEnd::OutOfMemory),
        "PREEMPTED" => BatchState::Ended(BatchEnd::Preempted),
        _ => return None,
    })
}

/// A reason and what it means.
fn explained(reason: &str) -> String {
    // Some have details behind a comma: `ReqNodeNotAvail, UnavailableNodes:n1`.
    let name = reason.split([',', ' ', '(']).next().unwrap_or_default();
    let meaning = REASONS.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning);
    match meaning {
        Some(meaning) if name == "None" => meaning.to_owned(),
        Some(meaning) => format!("{reason}: {meaning}"),
        None => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_squeue(text: &str) -> Result<BatchReport, QueryError> {
        let mut report = BatchReport::default();
        read(&mut report, "squeue", text, by_squeue).map(|()| report)
    }

    #[test]
    fn jobs_and_those_of_arrays_are_read() {
        let text =
            "17|RUNNING|n[1-2]|None\n18_0|PENDING||Resources\n18_1|COMPLETED|n3|None\n19|PENDING||Nodes_went_away\n";
        let report = read_squeue(text).unwrap();
        assert_eq!(report.jobs["17"], BatchJob { state: BatchState::Running, nodes: "n[1-2]".to_owned() });
        assert_eq!(report.jobs["18_1"].state, BatchState::Ended(BatchEnd::Completed));
        let reason = |id: &str| match &report.jobs[id].state {
            BatchState::Queued { reason } => reason.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(reason("18_0"), "Resources: waits for free nodes");
        assert_eq!(reason("19"), "Nodes_went_away");
    }

    #[test]
    fn the_accounting_says_who_has_cancelled() {
        let (id, job) = by_sacct("5|CANCELLED by 1000|n1").unwrap();
        assert_eq!((id.as_str(), job.state), ("5", BatchState::Ended(BatchEnd::Cancelled)));
    }

    #[test]
    fn jobs_are_found_by_their_script() {
        let text = "Welcome!\n17|1700000000|/home/a b/.swath/jobs/x/job.sh\n18|1700000000|(null)\n19|N/A|/home/a b/.swath/jobs/x/job.sh\n19|N/A|/home/a b/.swath/jobs/x/job.sh\n";
        let job = |id: &str, submitted| FoundJob { id: id.to_owned(), submitted };
        let both = [job("17", Some(1_700_000_000)), job("19", None)];
        assert_eq!(of_script(text, "/home/a b/.swath/jobs/x/job.sh").unwrap(), both);
        assert_eq!(of_script(text, "/.swath/jobs/x/job.sh").unwrap(), []);
        assert!(matches!(of_script("Welcome!\n", "x"), Err(QueryError::Garbage { .. })));
    }

    #[test]
    fn what_is_no_answer_is_no_state() {
        for line in ["Welcome to the cluster!", "17|RUNNING", "17|SLEEPING|n1|None", "x|RUNNING|n1|None"] {
            assert!(matches!(read_squeue(line), Err(QueryError::Garbage { .. })), "{line}");
        }
        assert_eq!(read_squeue("").unwrap(), BatchReport::default());
    }
}
