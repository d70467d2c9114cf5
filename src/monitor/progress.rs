//! How far a computation has come: the counts that progress bars and lines show.

use crate::event::{Event, StageSummary};
use bytesize::ByteSize;
use std::time::{Duration, Instant};

/// Computations shorter than this that write nothing (a script asking for a number) are not worth a line.
const NOTEWORTHY: Duration = Duration::from_secs(1);

/// A stage and what is done of it.
struct StageProgress {
    summary: StageSummary,
    done: u64,
    is_running: bool,
}

/// The counts of one computation, from the events about it.
pub struct Progress {
    stages: Vec<StageProgress>,
    started: Instant,
    moved_bytes: u64,
}

impl Progress {
    /// A computation that starts now.
    pub fn start(stages: &[StageSummary], now: Instant) -> Progress {
        let stages = stages.iter().map(|stage| StageProgress { summary: stage.clone(), done: 0, is_running: false });
        Progress { stages: stages.collect(), started: now, moved_bytes: 0 }
    }

    /// Counts what an event tells.
    pub fn observe(&mut self, event: &Event) {
        match event {
            Event::StageStarted { stage, .. } | Event::StageFinished { stage, .. } => {
                if let Some(found) = self.stages.iter_mut().find(|found| found.summary.stage == *stage) {
                    found.is_running = matches!(event, Event::StageStarted { .. });
                }
            }
            Event::TasksDone { stage, count, read_bytes, written_bytes, .. } => {
                self.moved_bytes += read_bytes + written_bytes;
                if let Some(found) = self.stages.iter_mut().find(|found| found.summary.stage == *stage) {
                    found.done += count;
                }
            }
            _ => {}
        }
    }

    /// Chunks that are done, of all stages.
    pub fn done(&self) -> u64 {
        self.stages.iter().map(|stage| stage.done).sum()
    }

    /// Chunks to do, of all stages.
    pub fn total(&self) -> u64 {
        self.stages.iter().map(|stage| stage.summary.task_count).sum()
    }

    /// Names of the stages under way.
    pub fn stage_names(&self) -> String {
        let mut names: Vec<&str> =
            self.stages.iter().filter(|stage| stage.is_running).map(|stage| stage.summary.name.as_str()).collect();
        names.dedup();
        match names.as_slice() {
            [] => "starting".to_owned(),
            [one] => (*one).to_owned(),
            [first, .., last] => format!("{first} .. {last}"),
        }
    }

    /// Bytes read from and written to stores.
    pub fn moved_bytes(&self) -> u64 {
        self.moved_bytes
    }

    /// Bytes read and written by the second so far, as text; empty before there are any.
    pub fn rate(&self, now: Instant) -> String {
        let seconds = now.duration_since(self.started).as_secs_f64();
        if self.moved_bytes == 0 || seconds <= 0.0 {
            return String::new();
        }
        format!("{:.2} GB/s", self.moved_bytes as f64 / seconds / 1e9)
    }

    /// Time until all chunks are done, at the pace so far, as text; empty before the first is.
    pub fn time_left(&self, now: Instant) -> String {
        let (done, total) = (self.done(), self.total());
        if done == 0 || done >= total {
            return String::new();
        }
        let left = now.duration_since(self.started).mul_f64((total - done) as f64 / done as f64);
        format!("{} left", duration(left))
    }

    /// The line at the end of a computation; none where it was too short to be of interest.
    pub fn last_line(&self, wall: Duration, read_bytes: u64, written_bytes: u64) -> Option<String> {
        if wall < NOTEWORTHY && written_bytes == 0 {
            return None;
        }
        let names: Vec<&str> = self.stages.iter().map(|stage| stage.summary.name.as_str()).collect();
        let written: Vec<&str> = names.iter().copied().filter(|name| name.starts_with("write ")).collect();
        let what = match (written.as_slice(), names.as_slice()) {
            ([one], _) | ([], [.., one]) => (*one).to_owned(),
            ([first, others @ ..], _) => format!("{first} and {} more", others.len()),
            ([], []) => "nothing to do".to_owned(),
        };
        Some(format!("{what}: {} chunks in {}{}", self.total(), duration(wall), moved(read_bytes, written_bytes)))
    }
}

/// Bytes read and written, as the end of a sentence.
pub fn moved(read_bytes: u64, written_bytes: u64) -> String {
    let part = |verb: &str, bytes: u64| match bytes {
        0 => String::new(),
        bytes => format!(", {verb} {}", ByteSize::b(bytes).display().iec()),
    };
    part("read", read_bytes) + &part("wrote", written_bytes)
}

/// A duration in the two units that matter.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The events of a computation of two stages, as its serialised form has them: ids are the business of `task`.
    pub fn events() -> Vec<Event> {
        let stage = |id: u16, name: &str, task_count: u64| serde_json::json!({"stage": id, "name": name, "task_count": task_count, "read_bytes": 0});
        let events = serde_json::json!([
            {"ComputationStarted": {"computation": 0, "stages": [stage(0, "mean", 8), stage(1, "write ndvi", 2)], "worker_count": 3}},
            {"StageStarted": {"computation": 0, "stage": 0}},
            {"TasksDone": {"computation": 0, "stage": 0, "count": 5, "read_bytes": 3_000_000_000u64, "written_bytes": 0}},
            {"TasksDone": {"computation": 0, "stage": 0, "count": 3, "read_bytes": 1_000_000_000, "written_bytes": 0}},
            {"StageFinished": {"computation": 0, "stage": 0}},
            {"StageStarted": {"computation": 0, "stage": 1}},
            {"TasksDone": {"computation": 0, "stage": 1, "count": 2, "read_bytes": 0, "written_bytes": 1048576}},
            {"StageFinished": {"computation": 0, "stage": 1}},
            {"ComputationFinished": {"computation": 0, "wall": {"secs": 4, "nanos": 0}, "read_bytes": 4194304, "written_bytes": 1048576}},
        ]);
        serde_json::from_value(events).unwrap()
    }

    #[test]
    fn counts_add_up_and_the_pace_tells_what_is_left() {
        let start = Instant::now();
        let events = events();
        let Event::ComputationStarted { stages, .. } = &events[0] else { panic!("the first event is the start") };
        let mut progress = Progress::start(stages, start);
        assert_eq!((progress.stage_names().as_str(), progress.total()), ("starting", 10));
        events[1..3].iter().for_each(|event| progress.observe(event));
        let now = start + Duration::from_secs(2);
        assert_eq!((progress.done(), progress.stage_names().as_str()), (5, "mean"));
        assert_eq!((progress.rate(now).as_str(), progress.time_left(now).as_str()), ("1.50 GB/s", "2.0 s left"));
        events[3..].iter().for_each(|event| progress.observe(event));
        assert_eq!(
            progress.last_line(Duration::from_secs(4), 4 << 20, 1 << 20).unwrap(),
            "write ndvi: 10 chunks in 4.0 s, read 4.0 MiB, wrote 1.0 MiB"
        );
        assert_eq!(progress.last_line(Duration::from_millis(4), 4 << 20, 0), None);
    }

    #[test]
    fn durations_read_like_a_clock() {
        let texts = [0.25, 59.0, 61.0, 3725.0].map(|seconds| duration(Duration::from_secs_f64(seconds)));
        assert_eq!(texts, ["0.2 s", "59.0 s", "1 min 01 s", "1 h 02 min"]);
    }
}
