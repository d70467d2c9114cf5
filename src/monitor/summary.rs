//! What a run came to, in one line at its end.

use super::progress::{duration, moved};
use crate::event::{Event, Observer};
use std::io::Write;
use std::time::Duration;

/// Sums over the computations of a run; says them when dropped, unless one failed (the error says enough).
pub struct Summary<W: Write> {
    output: W,
    computation_count: u64,
    has_failed: bool,
    wall: Duration,
    read_bytes: u64,
    written_bytes: u64,
}

impl<W: Write> Summary<W> {
    /// The line goes to this output.
    pub fn to(output: W) -> Summary<W> {
        Summary {
            output,
            computation_count: 0,
            has_failed: false,
            wall: Duration::ZERO,
            read_bytes: 0,
            written_bytes: 0,
        }
    }
}

impl<W: Write + Send> Observer for Summary<W> {
    fn observe(&mut self, event: &Event) {
        match event {
            Event::ComputationFinished { wall, read_bytes, written_bytes, .. } => {
                self.computation_count += 1;
                self.wall += *wall;
                self.read_bytes += read_bytes;
                self.written_bytes += written_bytes;
            }
            Event::ComputationFailed { .. } => self.has_failed = true,
            _ => {}
        }
    }
}

impl<W: Write> Drop for Summary<W> {
    fn drop(&mut self) {
        if self.computation_count == 0 || self.has_failed {
            return;
        }
        let plural = if self.computation_count == 1 { "" } else { "s" };
        let time = duration(self.wall);
        let bytes = moved(self.read_bytes, self.written_bytes);
        super::say(&mut self.output, &format!("{} computation{plural} in {time}{bytes}", self.computation_count));
    }
}

#[cfg(test)]
mod tests {
    use super::super::progress::tests::events;
    use super::*;

    #[test]
    fn the_sums_come_at_the_end() {
        let mut text = Vec::new();
        let mut summary = Summary::to(&mut text);
        events().iter().chain(&events()).for_each(|event| summary.observe(event));
        drop(summary);
        assert_eq!(String::from_utf8(text).unwrap(), "swath: 2 computations in 8.0 s, read 8.0 MiB, wrote 2.0 MiB\n");
    }
}
