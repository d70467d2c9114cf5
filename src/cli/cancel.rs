//! `swath cancel`: ends a job, at once or in good order.

use super::Ended;
use super::job_view::{JobName, JobView, find, look_at};
use super::output::{complain, show};
use crate::launcher::batch_system;
use crate::launcher::state::JobState;
use anyhow::{Error, anyhow};
use clap::Args;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// How often a job that stops is looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);
/// Time beyond its grace that a job may take to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// Arguments of `swath cancel`.
#[derive(Debug, Args)]
pub struct CancelArguments {
    /// The job's name, one of an array as in ndvi[3], or its id in the batch system.
    job: String,

    /// Have it stop in good order first: what is done is kept, and nothing that runs is thrown away.
    #[arg(long)]
    drain: bool,
}

/// Ends a job.
///
/// # Errors
/// Where there is no such job, the batch system can't be asked to end it, or it doesn't stop in time.
pub fn execute(arguments: &CancelArguments) -> Result<u8, Ended> {
    let name = find(&arguments.job)?;
    let views: Vec<JobView> = look_at(&name)?.into_iter().filter(|view| !view.state.is_over()).collect();
    let title = arguments.job.clone();
    if views.is_empty() {
        let view = look_at(&name)?.remove(0);
        show(&format!("{title}: nothing to cancel, it is {}\n", view.state.word()));
        return Ok(0);
    }
    if name.index.is_some() && arguments.drain {
        return Err(Ended::Failed(anyhow!(
            "one job of an array can't be drained by itself\n  leave --drain out, or the index"
        )));
    }
    if name.index.is_none() {
        // From now on it isn't submitted again, and where it runs, it stops.
        name.directory.cancel().map_err(Error::from)?;
    }
    if arguments.drain {
        drain(&name)?;
    }
    let ids: BTreeSet<(String, u8)> =
        views.iter().filter_map(|view| Some((base_id(&name, view)?, view.batch as u8))).collect();
    if ids.is_empty() {
        let word = views[0].state.word();
        if name.index.is_some() {
            let array = name.directory.name();
            return Err(Ended::Failed(anyhow!(
                "{title} is {word}, and which id it has isn't known\n  try again later, or cancel the whole array: swath cancel {array}"
            )));
        }
        show(&format!("{title}: is {word}, and which id it has isn't known; where it starts, it stops at once\n"));
        return Ok(0);
    }
    for (id, key) in ids {
        let kind = views.iter().map(|view| view.batch).find(|&kind| kind as u8 == key);
        if let Some(kind) = kind {
            batch_system(kind).cancel(&id).map_err(Error::from)?;
        }
    }
    show(&format!("{title}: cancelled\n"));
    complain(&format!("swath: to go on where it stopped: swath resume {}", name.directory.name()));
    Ok(0)
}

/// The id that ends a job: of a whole array, that of the array.
fn base_id(name: &JobName, view: &JobView) -> Option<String> {
    let id = view.id.clone()?;
    match (name.index, view.index) {
        (None, Some(index)) => {
            let of_array = id.strip_suffix(&format!("_{index}")).map(str::to_owned);
            Some(of_array.unwrap_or_else(|| id.replace(&format!("[{index}]"), "[]")))
        }
        _ => Some(id),
    }
}

/// Waits until none of it runs any more.
fn drain(name: &JobName) -> Result<(), Ended> {
    let record = name.directory.record().map_err(Error::from)?;
    let deadline = Instant::now() + Duration::from_secs(record.job.grace_seconds) + PATIENCE;
    loop {
        let views = look_at(name)?;
        let runs =
            |view: &JobView| matches!(view.state, JobState::Running | JobState::Draining | JobState::Unreachable(_));
        if !views.iter().any(runs) {
            return Ok(());
        }
        if Instant::now() > deadline {
            let name = name.directory.name();
            return Err(Ended::Failed(anyhow!("job {name} doesn't stop\n  without --drain, it is ended at once")));
        }
        std::thread::sleep(LOOK_INTERVAL);
    }
}
