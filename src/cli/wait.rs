//! `swath wait`: until a job is over; its exit code is that of the job.

use super::Ended;
use super::job_view::{JobView, find, look_at};
use super::output::complain;
use crate::launcher::state::JobState;
use crate::runtime::DRAINED;
use clap::Args;
use std::time::{Duration, Instant};

/// Times between two looks: soon at first, then rarely, which batch systems like better.
const INTERVALS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
/// Exit code of a job that was ended by request.
const TERMINATED: u8 = 143;
/// Exit code where the time is over.
const OVERTIME: u8 = 124;

/// Arguments of `swath wait`.
#[derive(Debug, Args)]
pub struct WaitArguments {
    /// The jobs' names, or their ids in the batch system.
    #[arg(required = true, value_name = "JOB")]
    jobs: Vec<String>,

    /// Wait for so many seconds at most; then the exit code is 124.
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

/// Waits for jobs; gives the exit code of the first that hasn't finished, or 0.
///
/// # Errors
/// Where there is no such job.
pub fn execute(arguments: &WaitArguments) -> Result<u8, Ended> {
    let names = arguments.jobs.iter().map(|job| find(job)).collect::<Result<Vec<_>, _>>()?;
    let started = Instant::now();
    let mut interval = INTERVALS.0;
    let mut was_unreachable = false;
    loop {
        let mut views = Vec::new();
        for name in &names {
            views.extend(look_at(name)?);
        }
        if views.iter().all(|view| view.state.is_over()) {
            views.iter().for_each(say);
            return Ok(views.iter().map(exit_code).find(|&code| code != 0).unwrap_or(0));
        }
        let unreachable = views.iter().find(|view| matches!(view.state, JobState::Unreachable(_)));
        if let (Some(view), false) = (unreachable, was_unreachable) {
            complain(&format!("swath: {}; still waiting", view.state.detail()));
        }
        was_unreachable = unreachable.is_some();
        let left = arguments.timeout.map(|seconds| Duration::from_secs(seconds).saturating_sub(started.elapsed()));
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(OVERTIME);
        }
        std::thread::sleep(left.map_or(interval, |left| left.min(interval)));
        interval = (interval * 3 / 2).min(INTERVALS.1);
    }
}

fn say(view: &JobView) {
    let detail = view.state.detail();
    let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
    complain(&format!("swath: job {} is {}{detail}", view.title(), view.state.word()));
}

fn exit_code(view: &JobView) -> u8 {
    match &view.state {
        JobState::Finished => 0,
        JobState::Cancelled => TERMINATED,
        JobState::Stopped(_) => DRAINED as u8,
        // The low byte is what the system passes on.
        _ => view.exit_code.map_or(1, |code| code as u8).max(1),
    }
}
