//! A job as it is shown: its directory, what its batch system says, and how far its run has come, in one.

use super::Ended;
use super::job_lookup::find_unanswered;
use super::output::one_line;
use crate::launcher::batch_job::BatchReport;
use crate::launcher::state::{Facts, JobState, RunOutcome, TERMINATED, element_id};
use crate::launcher::{Attempt, AttemptKind, BatchKind, JobDirectory, JobRecord, attempt, batch_system, now_seconds};
use crate::monitor::{ProgressReport, RunState};
use anyhow::{Context, Error, anyhow};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A job, or one of an array.
#[derive(Debug, Clone, Serialize)]
pub struct JobView {
    /// Name of the job.
    pub name: String,
    /// Its index in the array, where it is of one.
    pub index: Option<u64>,
    /// Its batch system.
    pub batch: BatchKind,
    /// Its id there now.
    pub id: Option<String>,
    /// What has become of it.
    #[serde(flatten)]
    pub state: JobState,
    /// How often it has run since the user last submitted it.
    pub attempt: usize,
    /// How often it may.
    pub attempts: u32,
    /// Exit code of its last end.
    pub exit_code: Option<i32>,
    /// Its nodes, where it runs.
    pub nodes: String,
    /// How far its run has come.
    pub progress: Option<ProgressReport>,
    /// Where its output goes.
    pub log: Option<PathBuf>,
}

/// A job of a user: the directory, and the index where one of an array is meant.
pub struct JobName {
    /// Its directory.
    pub directory: JobDirectory,
    /// The index.
    pub index: Option<u64>,
}

/// The job of a name, `NAME` or `NAME[INDEX]`, or of an id that it has or had in its batch system.
///
/// # Errors
/// Where there is none in the working directory.
pub fn find(text: &str) -> Result<JobName, Ended> {
    let here = std::env::current_dir().context("can't tell the working directory")?;
    let (name, index) = match text.strip_suffix(']').and_then(|text| text.rsplit_once('[')) {
        Some((name, index)) if index.parse::<u64>().is_ok() => (name, index.parse().ok()),
        _ => (text, None),
    };
    let missing = match JobDirectory::open(&here, name) {
        Ok(directory) => return Ok(JobName { directory, index }),
        Err(error) => error,
    };
    for directory in JobDirectory::list(&here).map_err(Error::from)? {
        let attempts = directory.attempts().map_err(Error::from)?;
        // The id of an array's element means that one.
        if let Some(found) = attempts.iter().find(|attempt| attempt.id == text || attempt.id == name) {
            return Ok(JobName { directory, index: index.or(found.index) });
        }
    }
    let jobs = JobDirectory::list(&here).map_err(Error::from)?;
    let names: Vec<String> = jobs.iter().map(JobDirectory::name).collect();
    let remedy = if names.is_empty() {
        "jobs are looked for in the directory from which they were submitted: go there".to_owned()
    } else {
        format!("there are: {}", names.join(", "))
    };
    Err(Ended::Failed(anyhow!("{missing}\n  {remedy}")))
}

/// Jobs as they are now; each job of an array is one. Every batch system is asked once.
///
/// # Errors
/// Where a directory can't be read. A batch system that can't be asked is no error: the jobs say so.
pub fn look(directories: &[JobDirectory]) -> Result<Vec<JobView>, Ended> {
    let mut known = Vec::new();
    let mut ids: BTreeMap<u8, (BatchKind, Vec<String>)> = BTreeMap::new();
    for directory in directories {
        let record = directory.record().map_err(Error::from)?;
        let mut attempts = directory.attempts().map_err(Error::from)?;
        let sought = find_unanswered(directory, &record, &mut attempts).map_err(|error| one_line(&Error::from(error)));
        let (_, of_kind) = ids.entry(record.batch as u8).or_insert((record.batch, Vec::new()));
        let by_index = JobLines::new(&attempts);
        for index in indices(&record) {
            let lines = by_index.of(index);
            let own = own_lines(&lines, &record, index);
            let Some(newest) = attempt::newest(&own) else { continue };
            // What has ended by its own word needs no question. The script that has submitted itself again ends after that.
            let is_end =
                |line: &Attempt| line.kind == AttemptKind::Ended && has_last_word(line) && line.id == own[newest].id;
            // One question is enough for an array: by the id that it has as a whole.
            if !own.last().is_some_and(is_end) && !of_kind.contains(&lines[newest].id) {
                of_kind.push(lines[newest].id.clone());
            }
        }
        known.push((directory, record, sought, attempts));
    }
    let ask = |(key, (kind, ids)): (u8, (BatchKind, Vec<String>))| {
        let answer = if ids.is_empty() { Ok(BatchReport::default()) } else { batch_system(kind).query(&ids) };
        (key, answer.map_err(|error| one_line(&Error::from(error))))
    };
    let reports: BTreeMap<u8, Result<BatchReport, String>> = ids.into_iter().map(ask).collect();
    let mut views = Vec::new();
    for (directory, record, sought, before) in known {
        // Read again: a job that has ended since says by what, and the batch system only that it has.
        let mut attempts = directory.attempts().map_err(Error::from)?;
        if attempt::newest(&attempts).is_none() {
            // What was found may not have been written down.
            attempts = before;
        }
        let report = reports.get(&(record.batch as u8)).expect("every batch system that has a job was asked");
        let report = sought.as_ref().map_err(String::as_str).and(report.as_ref().map_err(String::as_str));
        let by_index = JobLines::new(&attempts);
        views.extend(indices(&record).map(|index| view(directory, &record, &by_index.of(index), index, report)));
    }
    Ok(views)
}

/// A job of a name as it is now; that of an array without index is all its jobs.
///
/// # Errors
/// As [`look`].
pub fn look_at(name: &JobName) -> Result<Vec<JobView>, Ended> {
    let mut views = look(std::slice::from_ref(&name.directory))?;
    if name.index.is_some() {
        views.retain(|view| view.index == name.index);
    }
    if views.is_empty() {
        return Err(Ended::Failed(anyhow!("job {} has no such index", name.directory.name())));
    }
    Ok(views)
}

/// The indices of an array's jobs; a job that is none has one without index.
fn indices(record: &JobRecord) -> Box<dyn Iterator<Item = Option<u64>> + '_> {
    match &record.job.array {
        Some(array) => Box::new(array.indices().map(Some)),
        None => Box::new(std::iter::once(None)),
    }
}

/// Lines of a record by the jobs that they are about, each once looked at: arrays may have thousands.
struct JobLines<'a> {
    lines: &'a [Attempt],
    /// Places of those about all of the job.
    of_all: Vec<usize>,
    of_index: BTreeMap<u64, Vec<usize>>,
}

impl<'a> JobLines<'a> {
    fn new(lines: &'a [Attempt]) -> JobLines<'a> {
        let mut found = JobLines { lines, of_all: Vec::new(), of_index: BTreeMap::new() };
        for (at, line) in lines.iter().enumerate() {
            match line.index {
                None => found.of_all.push(at),
                Some(index) => found.of_index.entry(index).or_default().push(at),
            }
        }
        found
    }

    /// Those about a job of an array, or about all of it.
    fn of(&self, index: Option<u64>) -> Vec<&'a Attempt> {
        let Some(index) = index else { return self.lines.iter().collect() };
        let own = self.of_index.get(&index).map_or(&[][..], Vec::as_slice);
        let mut places: Vec<usize> = self.of_all.iter().chain(own).copied().collect();
        places.sort_unstable();
        places.into_iter().map(|at| &self.lines[at]).collect()
    }
}

/// Lines with the id of a job of an array: the script writes its own id, which is that of the element.
pub fn own_lines(lines: &[&Attempt], record: &JobRecord, index: Option<u64>) -> Vec<Attempt> {
    let own = |line: &&Attempt| Attempt { id: element_id(record.batch, &line.id, index), ..(*line).clone() };
    lines.iter().map(own).collect()
}

/// Lines about all of a job: what jobs of an array say has ids of theirs.
pub fn lines_of_all<'a>(attempts: &'a [Attempt], record: &JobRecord) -> Vec<&'a Attempt> {
    attempts.iter().filter(|line| record.job.array.is_none() || line.index.is_none()).collect()
}

/// Whether an end is one whatever the batch system says: ended by that, a job may be in its queue again.
fn has_last_word(line: &Attempt) -> bool {
    line.exit_code != Some(TERMINATED)
}

fn view(
    directory: &JobDirectory,
    record: &JobRecord,
    lines: &[&Attempt],
    index: Option<u64>,
    report: Result<&BatchReport, &str>,
) -> JobView {
    let own = own_lines(lines, record, index);
    let id = attempt::newest(&own).map(|at| own[at].id.clone());
    let run = directory.run(index);
    // What an earlier attempt has left says nothing of this one.
    let started = own.iter().rfind(|line| line.kind == AttemptKind::Started).map_or(0, |line| line.time);
    let progress = ProgressReport::read(&run);
    let has_spoken = progress.as_ref().is_some_and(|progress| progress.time >= started);
    let now = now_seconds();
    let facts = Facts {
        attempts: &own,
        id: id.as_deref(),
        report,
        kind: record.batch,
        outcome: outcome(&run),
        is_draining: has_spoken && progress.as_ref().is_some_and(|progress| progress.state == RunState::Draining),
        silence_seconds: progress.as_ref().map(|progress| now.saturating_sub(progress.time)),
        is_cancelled: directory.is_cancelled(),
        now,
    };
    let by_user =
        |line: &Attempt| matches!(line.kind, AttemptKind::Submitting | AttemptKind::First | AttemptKind::Resumed);
    let since_user = own.iter().rposition(by_user).map_or(&own[..], |at| &own[at..]);
    let listed = report.ok().and_then(|report| report.jobs.get(id.as_deref()?));
    let state = facts.state();
    let logs = record.job.log_directory.clone().unwrap_or_else(|| directory.logs());
    JobView {
        name: directory.name(),
        index,
        batch: record.batch,
        log: id.as_ref().map(|id| logs.join(format!("{id}.out"))),
        id,
        attempt: since_user.iter().filter(|line| line.kind == AttemptKind::Started).count(),
        attempts: record.job.attempts,
        exit_code: own.iter().rfind(|line| line.kind == AttemptKind::Ended).and_then(|line| line.exit_code),
        nodes: listed.map(|job| job.nodes.clone()).unwrap_or_default(),
        progress: progress.filter(|_| has_spoken && !matches!(state, JobState::Pending(_))),
        state,
    }
}

/// How the run in a directory has ended, as far as it says so.
fn outcome(run: &std::path::Path) -> RunOutcome {
    let text = std::fs::read(run.join("outcome.json")).ok();
    let outcome: Option<crate::journal::Outcome> = text.and_then(|text| serde_json::from_slice(&text).ok());
    let Some(outcome) = outcome else { return RunOutcome::default() };
    let ending = serde_json::to_value(outcome.ending).ok().and_then(|ending| Some(ending.as_str()?.to_owned()));
    RunOutcome { ending: ending.unwrap_or_default(), message: outcome.message.unwrap_or_default() }
}

impl JobView {
    /// The job's name, with its index in the array.
    pub fn title(&self) -> String {
        self.index.map_or(self.name.clone(), |index| format!("{}[{index}]", self.name))
    }

    /// The last lines of its output.
    pub fn last_lines(&self, count: usize) -> Vec<String> {
        let bytes = self.log.as_ref().and_then(|log| std::fs::read(log).ok()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        lines[lines.len().saturating_sub(count)..].iter().map(|line| (*line).to_owned()).collect()
    }
}
