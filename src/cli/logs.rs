//! `swath logs`: the output of a job, of this attempt or of all, as it comes.

use super::Ended;
use super::job_view::{JobName, JobView, find, look_at};
use super::output::{complain, show};
use anyhow::anyhow;
use clap::Args;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often new output is looked for.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// How often the batch system is asked whether there will be more.
const ASK_INTERVAL: Duration = Duration::from_secs(10);

/// Arguments of `swath logs`.
#[derive(Debug, Args)]
pub struct LogsArguments {
    /// The job's name, one of an array as in ndvi[3], or its id in the batch system.
    job: String,

    /// Go on with what comes, through all attempts, until the job has ended.
    #[arg(long, short)]
    follow: bool,

    /// The last lines only.
    #[arg(long, short = 'n', value_name = "N")]
    lines: Option<usize>,
}

/// Shows a job's output.
///
/// # Errors
/// Where there is no such job, or it has no output yet.
pub fn execute(arguments: &LogsArguments) -> Result<u8, Ended> {
    let name = find(&arguments.job)?;
    let view = one(&name)?;
    let Some(log) = view.log.clone() else {
        return Err(Ended::Failed(anyhow!("job {} has no output yet: which id it has isn't known", view.title())));
    };
    if !arguments.follow && !log.exists() {
        let (word, detail) = (view.state.word(), view.state.detail());
        return Err(Ended::Failed(anyhow!("job {} is {word} and has no output yet ({detail})", view.title())));
    }
    let mut shown = Shown { log: PathBuf::new(), position: 0 };
    match arguments.lines {
        Some(count) => {
            show(&view.last_lines(count).iter().map(|line| format!("{line}\n")).collect::<String>());
            shown = Shown { position: log.metadata().map_or(0, |file| file.len()), log };
        }
        None => {
            shown.go_on(&log);
        }
    }
    if arguments.follow { follow(&name, shown) } else { Ok(0) }
}

/// Shows what comes until the job is over.
fn follow(name: &JobName, mut shown: Shown) -> Result<u8, Ended> {
    let mut view = one(name)?;
    let mut asked = Instant::now();
    let mut was_unreachable = false;
    loop {
        // What was written before the job was over is there to be shown once more after that.
        let is_over = view.state.is_over();
        if let Some(log) = &view.log
            && !shown.go_on(log)
        {
            return Ok(0);
        }
        if is_over {
            complain(&format!("swath: job {} is {} {}", view.title(), view.state.word(), view.state.detail()));
            return Ok(0);
        }
        std::thread::sleep(LOOK_INTERVAL);
        if asked.elapsed() >= ASK_INTERVAL {
            view = one(name)?;
            asked = Instant::now();
            let is_unreachable = view.state.word() == "unreachable";
            if is_unreachable && !was_unreachable {
                complain(&format!("swath: {}; still looking", view.state.detail()));
            }
            was_unreachable = is_unreachable;
        }
    }
}

/// The one job that is meant.
fn one(name: &JobName) -> Result<JobView, Ended> {
    let mut views = look_at(name)?;
    if views.len() > 1 {
        let name = name.directory.name();
        return Err(Ended::Failed(anyhow!(
            "job {name} is an array\n  name one of its jobs, as in '{}'",
            views[0].title()
        )));
    }
    Ok(views.remove(0))
}

/// How far a log was shown.
struct Shown {
    log: PathBuf,
    position: u64,
}

impl Shown {
    /// Shows what is new in a log; says whether somebody reads it.
    fn go_on(&mut self, log: &Path) -> bool {
        if self.log != log {
            *self = Shown { log: log.to_owned(), position: 0 };
        }
        // It comes with the job's first line.
        let Ok(mut file) = File::open(log) else { return true };
        let mut bytes = Vec::new();
        if file.seek(SeekFrom::Start(self.position)).is_err() || file.read_to_end(&mut bytes).is_err() {
            return true;
        }
        self.position += bytes.len() as u64;
        bytes.is_empty() || show(&String::from_utf8_lossy(&bytes))
    }
}
