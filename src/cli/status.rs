//! `swath status`: what has become of jobs, by all who know something of it.

use super::Ended;
use super::job_view::{JobView, find, look, look_at};
use super::output::{complain, show, table};
use crate::launcher::JobDirectory;
use crate::launcher::state::JobState;
use crate::monitor::ProgressReport;
use anyhow::{Context, Error};
use clap::Args;
use std::collections::BTreeMap;

/// Lines of a log that are shown of a job that has gone wrong.
const LAST_LINES: usize = 10;

const EXAMPLES: &str = "\
Examples:
  swath status                  all jobs that were submitted from this directory
  swath status ndvi             one of them, with the end of its log where it has failed
  swath status --json ndvi      for programs

States: pending (with the batch system's reason), running, draining (asked to stop, keeps what is done), resubmitted (waits
in the queue to go on), finished, stopped (can be resumed), failed, cancelled, unknown, unreachable (the batch system
doesn't answer: what it would say isn't known).";

/// Arguments of `swath status`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct StatusArguments {
    /// The job's name, one of an array as in ndvi[3], or its id in the batch system [default: all].
    job: Option<String>,

    /// Print it as JSON.
    #[arg(long)]
    json: bool,
}

/// Shows how jobs do.
///
/// # Errors
/// Where there is no such job, or its directory can't be read.
pub fn execute(arguments: &StatusArguments) -> Result<u8, Ended> {
    let views = match &arguments.job {
        Some(job) => look_at(&find(job)?)?,
        None => {
            let here = std::env::current_dir().context("can't tell the working directory")?;
            let mut jobs = JobDirectory::list(&here).map_err(Error::from)?;
            // One that can't be read doesn't hide the others.
            jobs.retain(|job| job.record().inspect_err(|error| complain(&format!("swath: {error}"))).is_ok());
            look(&jobs)?
        }
    };
    if arguments.json {
        show(&(serde_json::to_string_pretty(&views).map_err(Error::from)? + "\n"));
        return Ok(0);
    }
    if views.is_empty() {
        show("no jobs were submitted from this directory\n");
        return Ok(0);
    }
    let rows = if arguments.job.is_some() { views.iter().map(row).collect() } else { rows_by_job(&views) };
    let header = ["job", "state", "id", "attempt", ""].map(str::to_owned).to_vec();
    show(&table(&[vec![header], rows].concat()));
    if let ([view], Some(_)) = (views.as_slice(), &arguments.job) {
        show(&more(view));
    }
    Ok(0)
}

/// A row a job; an array has one for all its jobs of a state.
fn rows_by_job(views: &[JobView]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut arrays: BTreeMap<(&str, &str), Vec<&JobView>> = BTreeMap::new();
    for view in views {
        match view.index {
            None => rows.push(row(view)),
            Some(_) => arrays.entry((view.name.as_str(), view.state.word())).or_default().push(view),
        }
    }
    for ((name, word), found) in arrays {
        let count = format!("{} of the array", found.len());
        rows.push(vec![name.to_owned(), word.to_owned(), String::new(), String::new(), count]);
    }
    rows.sort_by(|one, other| one.first().cmp(&other.first()));
    rows
}

fn row(view: &JobView) -> Vec<String> {
    let attempt = format!("{} of {}", view.attempt.max(1), view.attempts);
    vec![view.title(), view.state.word().to_owned(), view.id.clone().unwrap_or_default(), attempt, remark(view)]
}

/// How far the job has come, or why it hasn't.
fn remark(view: &JobView) -> String {
    let progress = view.progress.as_ref().map(progress).filter(|text| !text.is_empty());
    match &view.state {
        JobState::Running | JobState::Draining => {
            let nodes = (!view.nodes.is_empty()).then(|| view.nodes.clone());
            let parts: Vec<String> = progress.into_iter().chain(nodes).collect();
            if parts.is_empty() { "starting".to_owned() } else { parts.join("; ") }
        }
        JobState::Resubmitted(reason) => {
            progress.map_or(reason.clone(), |progress| format!("{reason}; before: {progress}"))
        }
        state => one_line(state.detail()),
    }
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

fn progress(report: &ProgressReport) -> String {
    if report.chunks_total == 0 {
        return String::new();
    }
    let percent = report.chunks_done * 100 / report.chunks_total;
    let stage = if report.stage.is_empty() { String::new() } else { format!("{}: ", report.stage) };
    let mut text = format!("{stage}{} of {} chunks ({percent} %)", report.chunks_done, report.chunks_total);
    if report.bytes_per_second > 0 {
        text += &format!(", {:.2} GB/s", report.bytes_per_second as f64 / 1e9);
    }
    if let Some(seconds) = report.seconds_left {
        text += &format!(", {} left", duration(seconds));
    }
    text
}

fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// What else there is to say of one job.
fn more(view: &JobView) -> String {
    let name = view.title();
    let remedy = match &view.state {
        JobState::Pending(_) | JobState::Resubmitted(_) | JobState::Running | JobState::Draining => {
            format!("to follow it: swath logs -f {name}")
        }
        JobState::Finished => return String::new(),
        JobState::Unreachable(_) => "what is shown is from the job's own record; try again later".to_owned(),
        JobState::Unknown(_) if view.id.is_none() => {
            format!("where it isn't in the queue (squeue --me, qstat -u $USER): swath resume {}", view.name)
        }
        JobState::Stopped(_) | JobState::Failed(_) | JobState::Cancelled | JobState::Unknown(_) => {
            format!("to go on where it stopped: swath resume {}", view.name)
        }
    };
    let is_wrong = matches!(view.state, JobState::Failed(_) | JobState::Stopped(_) | JobState::Unknown(_));
    let lines = if is_wrong { view.last_lines(LAST_LINES) } else { Vec::new() };
    let log = view.log.as_ref().filter(|_| !lines.is_empty());
    let head = log.map_or(String::new(), |log| format!("the end of {}:\n", log.display()));
    let text: String = lines.iter().map(|line| format!("  | {line}\n")).collect();
    format!("{head}{text}{remedy}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_as_far_as_it_is_known() {
        let report = ProgressReport { chunks_done: 30, chunks_total: 400, ..ProgressReport::default() };
        assert_eq!(progress(&report), "30 of 400 chunks (7 %)");
        let stage = "mean".to_owned();
        let report = ProgressReport { stage, bytes_per_second: 1_200_000_000, seconds_left: Some(130), ..report };
        assert_eq!(progress(&report), "mean: 30 of 400 chunks (7 %), 1.20 GB/s, 2 min 10 s left");
        assert_eq!(progress(&ProgressReport::default()), "");
    }
}
