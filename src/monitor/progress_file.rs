//! Progress as a small file in the run directory, for those who look from elsewhere: `swath status` on a login node.
//!
//! The file is replaced as a whole every two seconds, whether something happens or not: its time says that the run lives.

use super::progress::Progress;
use crate::event::{Event, Observer};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Time between two versions of the file.
const INTERVAL: Duration = Duration::from_secs(2);
/// Versions over which the pace is measured: what an earlier attempt has done is no pace of this one.
const SAMPLES: usize = 30;

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// It computes, or its script does.
    #[default]
    Running,
    /// It was asked to stop and keeps what is done.
    Draining,
    /// It has ended; how is for `outcome.json` to say.
    Ended,
}

/// What the file has.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ProgressReport {
    /// What the run is doing.
    pub state: RunState,
    /// Computations of the script that are done.
    pub computations_done: u64,
    /// Names of the stages under way; empty between computations.
    pub stage: String,
    /// Chunks of the computation under way that are done, be it by an earlier attempt.
    pub chunks_done: u64,
    /// Chunks that it has.
    pub chunks_total: u64,
    /// Bytes of stores that were read and written by the second, in the last minute.
    pub bytes_per_second: u64,
    /// Seconds that the computation will take, at the pace of the last minute.
    pub seconds_left: Option<u64>,
    /// Workers that compute.
    pub worker_count: usize,
    /// When this was written, in seconds since 1970.
    pub time: u64,
}

impl ProgressReport {
    /// The file of a run directory.
    pub fn path(run_directory: &Path) -> PathBuf {
        run_directory.join("progress.json")
    }

    /// What a run directory says; `None` where it says nothing that can be read.
    pub fn read(run_directory: &Path) -> Option<ProgressReport> {
        serde_json::from_slice(&std::fs::read(ProgressReport::path(run_directory)).ok()?).ok()
    }
}

/// What is known of the run.
#[derive(Default)]
struct Known {
    report: ProgressReport,
    progress: Option<Progress>,
    /// Bytes of computations that are done.
    moved_before: u64,
    /// Chunks done and bytes moved at some instants.
    samples: VecDeque<(Instant, u64, u64)>,
}

/// The panel.
pub struct ProgressFile {
    known: Arc<Mutex<Known>>,
    /// Dropped, it ends the thread.
    wake: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ProgressFile {
    /// Keeps the file of a run directory up to date from now on; as long as there is no such directory, nothing is written.
    pub fn start(run_directory: &Path) -> ProgressFile {
        let known = Arc::<Mutex<Known>>::default();
        let (wake, woken) = channel::<()>();
        let (path, shared) = (ProgressReport::path(run_directory), known.clone());
        let work = move || {
            while let Ok(()) | Err(RecvTimeoutError::Timeout) = woken.recv_timeout(INTERVAL) {
                let report = shared.lock().unwrap_or_else(PoisonError::into_inner).report(Instant::now());
                replace(&path, &report);
            }
        };
        // Without the thread, there is no file; the run goes on.
        let thread = std::thread::Builder::new().name("swath-progress".to_owned()).spawn(work).ok();
        ProgressFile { known, wake: Some(wake), thread }
    }
}

impl Known {
    fn observe(&mut self, event: &Event) {
        if let Some(progress) = &mut self.progress {
            progress.observe(event);
        }
        match event {
            Event::ComputationStarted { stages, worker_count, .. } => {
                self.report.worker_count = *worker_count;
                self.progress = Some(Progress::start(stages, Instant::now()));
                self.samples.clear();
            }
            Event::ComputationFinished { .. } | Event::ComputationFailed { .. } => {
                if let Some(progress) = self.progress.take() {
                    self.moved_before += progress.moved_bytes();
                    (self.report.chunks_done, self.report.chunks_total) = (progress.done(), progress.total());
                }
                self.report.computations_done += u64::from(matches!(event, Event::ComputationFinished { .. }));
            }
            Event::Draining => self.report.state = RunState::Draining,
            _ => {}
        }
    }

    /// What is to be written now.
    fn report(&mut self, now: Instant) -> ProgressReport {
        let mut report = self.report.clone();
        if let Some(progress) = &self.progress {
            (report.chunks_done, report.chunks_total) = (progress.done(), progress.total());
            report.stage = progress.stage_names();
            let moved = self.moved_before + progress.moved_bytes();
            if self.samples.len() == SAMPLES {
                self.samples.pop_front();
            }
            self.samples.push_back((now, report.chunks_done, moved));
            if let Some((since, done, moved_then)) = self.samples.front() {
                let seconds = now.duration_since(*since).as_secs_f64();
                if seconds > 0.0 {
                    report.bytes_per_second = ((moved - moved_then) as f64 / seconds) as u64;
                }
                let pace = (report.chunks_done - done) as f64 / seconds;
                if pace > 0.0 && pace.is_finite() {
                    report.seconds_left = Some(((report.chunks_total - report.chunks_done) as f64 / pace) as u64);
                }
            }
        }
        report.time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        report
    }
}

impl Observer for ProgressFile {
    fn observe(&mut self, event: &Event) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).observe(event);
        if let (Event::ComputationStarted { .. } | Event::Draining, Some(wake)) = (event, &self.wake) {
            // The thread is there as long as this sender, or never was.
            let _ = wake.send(());
        }
    }
}

impl Drop for ProgressFile {
    fn drop(&mut self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).report.state = RunState::Ended;
        if let Some(wake) = self.wake.take() {
            let _ = wake.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Puts a report in the place of the last one; where that can't be, the last one stands, and its time says so.
fn replace(path: &Path, report: &ProgressReport) {
    let temporary = path.with_file_name(format!(".progress.json.{}", std::process::id()));
    let text = serde_json::to_string_pretty(report).expect("a report is plain data, which is JSON");
    let written = std::fs::File::create(&temporary).and_then(|mut file| writeln!(file, "{text}"));
    if written.and_then(|()| std::fs::rename(&temporary, path)).is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
}

#[cfg(test)]
mod tests {
    use super::super::progress::tests::events;
    use super::*;

    #[test]
    fn a_file_says_how_far_the_run_has_come() {
        let folder = tempfile::tempdir().unwrap();
        let mut panel = ProgressFile::start(folder.path());
        let events = events();
        events[..3].iter().for_each(|event| panel.observe(event));
        let mut known = panel.known.lock().unwrap();
        let start = Instant::now();
        known.report(start);
        known.observe(&events[3]);
        let report = known.report(start + Duration::from_secs(2));
        assert_eq!((report.chunks_done, report.chunks_total, report.stage.as_str()), (8, 10, "mean"));
        assert_eq!((report.bytes_per_second, report.seconds_left), (500_000_000, Some(1)));
        drop(known);
        panel.observe(&Event::Draining);
        assert_eq!(panel.known.lock().unwrap().report(Instant::now()).state, RunState::Draining);
        drop(panel);
        let last = ProgressReport::read(folder.path()).unwrap();
        assert_eq!((last.state, last.chunks_total), (RunState::Ended, 10));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_directory_is_no_trouble() {
        drop(ProgressFile::start(Path::new("/no/such/directory")));
    }
}
