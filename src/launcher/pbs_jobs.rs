//! What PBS and Torque know of jobs: by `qstat`, and `qdel` to end them.
//!
//! OpenPBS and PBS Professional answer in JSON (qstat(1B), `-f -F json`; `-x` for jobs that have ended), Torque in text. States
//! and exit codes are those of the OpenPBS Administrator's Guide, "Job States" and "Job Exit Codes", and of Torque's qstat(1B).

use super::batch_job::{BatchEnd, BatchJob, BatchReport, BatchState, FoundJob, QueryError, said};
use super::command::{Answer, CommandError, Invocation, run};
use super::template::pbs_name;
use super::{BatchKind, SoughtJob};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Parts of what is said of a job that isn't there (any more).
const UNKNOWN: [&str; 3] = ["Unknown Job", "Job has finished", "unknown job"];
/// A signal that has ended a job is added to this.
const SIGNAL_BASES: [i64; 2] = [128, 256];
/// SIGTERM, which qdel sends.
const TERMINATED: i64 = 15;
/// Exit code of qstat and qdel where there is no such job: the low byte of PBSE_UNKJOBID.
const UNKNOWN_CODE: i32 = 153;
/// What a job was submitted with: in OpenPBS and PBS Professional, and in Torque.
const SUBMITTED_WITH: [&str; 2] = ["submit_arguments", "submit_args"];
/// What OpenPBS says of jobs over their walltime, and Torque.
const OVER_LIMITS: [i64; 2] = [-29, -11];

/// What the batch system says of jobs.
///
/// # Errors
/// [`QueryError`] where it gives no answer that can be relied on.
pub(super) fn query(kind: BatchKind, ids: &[String]) -> Result<BatchReport, QueryError> {
    let mut report = BatchReport { forgets: Some("it keeps ended jobs for a while only"), ..BatchReport::default() };
    // The jobs of an array are listed on demand only.
    let elements = ids.iter().any(|id| id.contains('[')).then_some("-t");
    for (id, attributes) in listed(kind, elements, ids)? {
        let job = job(&attributes).ok_or_else(|| QueryError::Garbage {
            command: "qstat",
            line: format!("job {id} in state {:?}", attributes.get("job_state")),
        })?;
        report.jobs.insert(id, job);
    }
    Ok(report)
}

/// The user's jobs of a job script that haven't ended: selected by their owner (qselect(1B)), then told by what they were
/// submitted with. Their name may have been changed by a directive.
///
/// # Errors
/// [`QueryError`] where it gives no answer that can be relied on.
pub(super) fn find(kind: BatchKind, sought: &SoughtJob<'_>) -> Result<Vec<FoundJob>, QueryError> {
    let user = user()?;
    let ids = match run(&Invocation::new("qselect", ["-u", &user])) {
        Ok(answer) if answer.is_success() => {
            let ids: Vec<String> = answer.stdout.split_whitespace().map(str::to_owned).collect();
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            ids
        }
        Ok(answer) => {
            return Err(QueryError::Failed { command: "qselect", said: said(&answer.stdout, &answer.stderr) });
        }
        // Torque's kin may not have it: then all jobs are listed.
        Err(CommandError::NotFound { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let of_user = |(_, attributes): &(String, Attributes)| {
        let owner = attributes.get("job_owner").and_then(|owner| owner.split('@').next());
        owner.is_none_or(|owner| owner == user)
    };
    let listed = listed(kind, None, &ids)?.into_iter().filter(of_user).collect();
    of_script(listed, &pbs_name(sought.name, kind), &sought.script.display().to_string())
}

/// The name of the user that this process is of.
fn user() -> Result<String, QueryError> {
    let answer = run(&Invocation::new("id", ["-un"]))?;
    let name = answer.stdout.trim();
    if !answer.is_success() || name.is_empty() {
        return Err(QueryError::Failed { command: "id -un", said: said(&answer.stdout, &answer.stderr) });
    }
    Ok(name.to_owned())
}

/// Listed jobs that haven't ended, those of a script; one of that name that doesn't say what it was submitted with may be it.
fn of_script(listed: Vec<(String, Attributes)>, name: &str, script: &str) -> Result<Vec<FoundJob>, QueryError> {
    let mut found = Vec::new();
    let is_over =
        |attributes: &Attributes| job(attributes).is_some_and(|job| matches!(job.state, BatchState::Ended(_)));
    for (id, attributes) in listed.into_iter().filter(|(_, attributes)| !is_over(attributes)) {
        let with = SUBMITTED_WITH.iter().find_map(|name| attributes.get(*name));
        // The script comes last; the end of another path isn't it.
        let before = with.and_then(|with| with.trim_end_matches(['"', '\'']).strip_suffix(script));
        if before.is_some_and(|before| before.is_empty() || before.ends_with([' ', '"', '\''])) {
            let submitted = ["ctime", "qtime"].iter().find_map(|name| seconds(attributes.get(*name)?));
            found.push(FoundJob { id, submitted });
        } else if with.is_none() && attributes.get("job_name").is_some_and(|known| known == name) {
            let line = format!("job {id} of that name, without what it was submitted with");
            return Err(QueryError::Garbage { command: "qstat", line });
        }
    }
    Ok(found)
}

/// A time as qstat writes it, in seconds since 1970: that of ctime(3), local, or a number.
fn seconds(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let local = DateTime::strptime("%a %b %d %H:%M:%S %Y", words.join(" ")).ok()?;
    let instant = local.to_zoned(TimeZone::system()).ok()?.timestamp();
    u64::try_from(instant.as_second()).ok()
}

/// Jobs of these ids, or all, with what is said of them; those that aren't known are left out.
fn listed(kind: BatchKind, option: Option<&str>, ids: &[String]) -> Result<Vec<(String, Attributes)>, QueryError> {
    let options: &[&str] = if kind == BatchKind::Pbs { &["-x", "-f", "-F", "json"] } else { &["-f"] };
    let words = option.iter().chain(options).map(|word| (*word).to_owned()).chain(ids.iter().cloned());
    let answer = run(&Invocation::new("qstat", words))?;
    if !answer.is_success() && !is_unknown(&answer) {
        return Err(QueryError::Failed { command: "qstat", said: said(&answer.stdout, &answer.stderr) });
    }
    if answer.stdout.trim().is_empty() {
        Ok(Vec::new())
    } else if kind == BatchKind::Pbs {
        from_json(&answer.stdout)
    } else {
        from_text(&answer.stdout)
    }
}

/// Ends a job, or takes it from the queue.
///
/// # Errors
/// [`QueryError`] where the batch system can't be asked to; a job that has ended already is no error.
pub(super) fn cancel(id: &str) -> Result<(), QueryError> {
    let answer = run(&Invocation::new("qdel", [id]))?;
    if answer.is_success() || is_unknown(&answer) {
        return Ok(());
    }
    Err(QueryError::Failed { command: "qdel", said: said(&answer.stdout, &answer.stderr) })
}

fn is_unknown(answer: &Answer) -> bool {
    answer.code == Some(UNKNOWN_CODE) || UNKNOWN.iter().any(|part| answer.stderr.contains(part))
}

type Attributes = BTreeMap<String, String>;

fn from_json(text: &str) -> Result<Vec<(String, Attributes)>, QueryError> {
    let garbage = || QueryError::Garbage { command: "qstat", line: said(text, "") };
    let read: serde_json::Value = serde_json::from_str(text).map_err(|_| garbage())?;
    let jobs = match read.get("Jobs") {
        None if read.get("pbs_version").is_some() => return Ok(Vec::new()),
        jobs => jobs.and_then(serde_json::Value::as_object).ok_or_else(garbage)?,
    };
    let text_of = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let job = |(id, attributes): (&String, &serde_json::Value)| {
        let attributes = attributes.as_object()?;
        let attributes = attributes.iter().map(|(name, value)| (name.to_ascii_lowercase(), text_of(value)));
        Some((id.clone(), attributes.collect()))
    };
    jobs.iter().map(job).collect::<Option<_>>().ok_or_else(garbage)
}

/// Blocks that begin with `Job Id: ID`; attributes are indented, and go on in lines that begin with a tab.
fn from_text(text: &str) -> Result<Vec<(String, Attributes)>, QueryError> {
    let mut jobs: Vec<(String, Attributes)> = Vec::new();
    let mut last = String::new();
    let is_name = |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.".contains(letter));
    for line in text.lines() {
        if let Some(id) = line.strip_prefix("Job Id:") {
            jobs.push((id.trim().to_owned(), Attributes::new()));
            last.clear();
            continue;
        }
        let Some((_, attributes)) = jobs.last_mut() else { continue };
        let attribute = line.split_once(" = ").map(|(name, value)| (name.trim(), value.trim()));
        match (attribute.filter(|(name, _)| is_name(name)), line.strip_prefix('\t')) {
            (Some((name, value)), _) => {
                last = name.to_ascii_lowercase();
                attributes.insert(last.clone(), value.to_owned());
            }
            (None, Some(more)) => attributes.entry(last.clone()).or_default().push_str(more),
            (None, None) => {}
        }
    }
    if jobs.is_empty() { Err(QueryError::Garbage { command: "qstat", line: said(text, "") }) } else { Ok(jobs) }
}

fn job(attributes: &Attributes) -> Option<BatchJob> {
    let text = |name: &str| attributes.get(name).cloned().unwrap_or_default();
    let queued = |otherwise: &str| {
        let comment = text("comment");
        BatchState::Queued { reason: if comment.is_empty() { otherwise.to_owned() } else { comment } }
    };
    let state = match text("job_state").as_str() {
        "Q" => queued("waits for its turn"),
        "H" => queued("held: waits for another job, or for qrls"),
        "W" => queued("waits for its time to start"),
        "T" | "M" => queued("is being moved"),
        "S" | "U" => queued("suspended"),
        "R" | "B" => BatchState::Running,
        "E" => BatchState::Ending,
        "F" | "C" | "X" => BatchState::Ended(end(text("exit_status").parse().ok(), text("job_state") == "F")),
        _ => return None,
    };
    Some(BatchJob { state, nodes: text("exec_host") })
}

/// How a job of an exit code has ended; OpenPBS gives none to those that never ran, Torque's kin may give none to any.
fn end(exit_status: Option<i64>, is_openpbs: bool) -> BatchEnd {
    match exit_status {
        Some(0) => BatchEnd::Completed,
        Some(code) if SIGNAL_BASES.iter().any(|base| code == base + TERMINATED) => BatchEnd::Cancelled,
        Some(code) if OVER_LIMITS.contains(&code) => BatchEnd::TimedOut,
        None if is_openpbs => BatchEnd::Cancelled,
        Some(_) | None => BatchEnd::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(attributes: Vec<(String, Attributes)>) -> Vec<(String, BatchState)> {
        attributes.into_iter().map(|(id, attributes)| (id, job(&attributes).unwrap().state)).collect()
    }

    #[test]
    fn answers_in_json_are_read() {
        let text = r#"{"timestamp":1,"pbs_version":"23.06.06","Jobs":{
            "6[0].host":{"job_state":"R","exec_host":"n1/0*2"},
            "7.host":{"job_state":"Q","comment":"Can Never Run: Insufficient amount of resource: ncpus"},
            "8.host":{"job_state":"F","Exit_status":271},
            "9.host":{"job_state":"F","Exit_status":-29}}}"#;
        let found = states(from_json(text).unwrap());
        assert_eq!(found[0], ("6[0].host".to_owned(), BatchState::Running));
        assert!(matches!(&found[1].1, BatchState::Queued { reason } if reason.starts_with("Can Never Run")));
        assert_eq!(found[2].1, BatchState::Ended(BatchEnd::Cancelled));
        assert_eq!(found[3].1, BatchState::Ended(BatchEnd::TimedOut));
        assert_eq!(from_json(r#"{"pbs_version":"23"}"#).unwrap(), []);
    }

    #[test]
    fn answers_in_text_are_read() {
        let text = "Job Id: 12.server\n    Job_Name = ndvi\n    job_state = C\n    exit_status = 0\n    Variable_List = A=1,\n\tB=2\n\nJob Id: 13\n    job_state = H\n";
        let found = states(from_text(text).unwrap());
        assert_eq!(found[0], ("12.server".to_owned(), BatchState::Ended(BatchEnd::Completed)));
        assert!(matches!(&found[1].1, BatchState::Queued { reason } if reason.starts_with("held")));
    }

    #[test]
    fn jobs_are_found_by_what_they_were_submitted_with() {
        let text = "Job Id: 12.server\n    Job_Name = ndvi\n    ctime = 1700000000\n    submit_args = -W depend=afterok:11.server /home/ada/long/path/.swath/jo\n\tbs/ndvi/job.sh\n\nJob Id: 13\n    Job_Name = ndvi\n    submit_args = /other/home/ada/long/path/.swath/jobs/ndvi/job.sh\n";
        let of = |script| of_script(from_text(text).unwrap(), "ndvi", script);
        let job = FoundJob { id: "12.server".to_owned(), submitted: Some(1_700_000_000) };
        assert_eq!(of("/home/ada/long/path/.swath/jobs/ndvi/job.sh").unwrap(), [job]);
        assert_eq!(of("/home/ada/job.sh").unwrap(), []);
        let silent = from_text("Job Id: 12.server\n    Job_Name = ndvi\n").unwrap();
        assert!(matches!(of_script(silent.clone(), "ndvi", "x"), Err(QueryError::Garbage { .. })));
        assert_eq!(of_script(silent, "other", "x").unwrap(), []);
        let over = from_text("Job Id: 12.server\n    Job_Name = ndvi\n    job_state = C\n").unwrap();
        assert_eq!(of_script(over, "ndvi", "x").unwrap(), []);
    }

    #[test]
    fn times_of_submissions_are_read() {
        let zone = TimeZone::system();
        let local = jiff::civil::date(2026, 11, 7).at(6, 45, 0, 0).to_zoned(zone).unwrap();
        let expected = u64::try_from(local.timestamp().as_second()).unwrap();
        assert_eq!(seconds("Sat Nov  7 06:45:00 2026"), Some(expected));
        assert_eq!(seconds("1700000000"), Some(1_700_000_000));
        assert_eq!(seconds("yesterday"), None);
    }

    #[test]
    fn what_is_no_answer_is_no_state() {
        assert!(matches!(from_json("<html>"), Err(QueryError::Garbage { .. })));
        assert!(matches!(from_json("{}"), Err(QueryError::Garbage { .. })));
        assert!(matches!(from_text("Welcome\n"), Err(QueryError::Garbage { .. })));
        assert_eq!(job(&Attributes::from([("job_state".to_owned(), "Z".to_owned())])), None);
    }
}
