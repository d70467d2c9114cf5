//! Progress as plain lines every few seconds, for log files.

use super::progress::Progress;
use crate::event::{Event, Observer};
use std::io::Write;
use std::time::{Duration, Instant};

/// Time between lines.
const INTERVAL: Duration = Duration::from_secs(5);

/// Lines about the computation under way.
pub struct ProgressLines<W> {
    output: W,
    interval: Duration,
    current: Option<Progress>,
    last_line: Instant,
}

impl<W: Write> ProgressLines<W> {
    /// Lines go to this output.
    pub fn to(output: W) -> ProgressLines<W> {
        ProgressLines { output, interval: INTERVAL, current: None, last_line: Instant::now() }
    }
}

impl<W: Write + Send> Observer for ProgressLines<W> {
    fn observe(&mut self, event: &Event) {
        let now = Instant::now();
        if let Event::ComputationStarted { stages, .. } = event {
            self.current = Some(Progress::start(stages, now));
            self.last_line = now;
        }
        let Some(progress) = &mut self.current else { return };
        progress.observe(event);
        match event {
            Event::ComputationFinished { wall, read_bytes, written_bytes, .. } => {
                if let Some(line) = progress.last_line(*wall, *read_bytes, *written_bytes) {
                    super::say(&mut self.output, &line);
                }
                self.current = None;
            }
            Event::ComputationFailed { .. } => self.current = None,
            Event::TasksDone { .. } if now.duration_since(self.last_line) >= self.interval => {
                self.last_line = now;
                let counts = format!("{}: {} of {} chunks", progress.stage_names(), progress.done(), progress.total());
                let parts = [counts, progress.rate(now), progress.time_left(now)];
                let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                super::say(&mut self.output, &parts.join(", "));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::progress::tests::events;
    use super::*;

    #[test]
    fn a_log_file_gets_whole_lines() {
        let mut lines = ProgressLines { interval: Duration::ZERO, ..ProgressLines::to(Vec::new()) };
        events().iter().for_each(|event| lines.observe(event));
        let text = String::from_utf8(lines.output).unwrap();
        let starts: Vec<&str> = text.lines().map(|line| line.split(" chunks").next().unwrap()).collect();
        let expected =
            ["swath: mean: 5 of 10", "swath: mean: 8 of 10", "swath: write ndvi: 10 of 10", "swath: write ndvi: 10"];
        assert_eq!(starts, expected);
    }

    #[test]
    fn short_computations_leave_nothing_but_their_last_line() {
        let mut lines = ProgressLines::to(Vec::new());
        events().iter().for_each(|event| lines.observe(event));
        assert_eq!(String::from_utf8(lines.output).unwrap().lines().count(), 1);
    }
}
