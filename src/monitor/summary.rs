//! What a run came to, in one line at its end.

use super::progress::{duration, moved};
use crate::event::{Event, Observer};
use bytesize::ByteSize;
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
    moved_bytes: u64,
    spilled_bytes: u64,
    retry_count: u64,
    /// Most memory that each rank took, and what it might take.
    peaks: Vec<(u64, u64)>,
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
            moved_bytes: 0,
            spilled_bytes: 0,
            retry_count: 0,
            peaks: Vec::new(),
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
            Event::RankUsed { moved_bytes, spilled_bytes, peak_bytes, memory_bytes, retry_count, .. } => {
                self.moved_bytes += moved_bytes;
                self.spilled_bytes += spilled_bytes;
                self.retry_count += retry_count;
                self.peaks.push((*peak_bytes, *memory_bytes));
            }
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
        let between = some_bytes("moved between ranks", self.moved_bytes) + &some_bytes("spilled", self.spilled_bytes);
        let (retries, peak) = (retries(self.retry_count), peak(&self.peaks));
        let count = self.computation_count;
        super::say(&mut self.output, &format!("{count} computation{plural} in {time}{bytes}{between}{retries}{peak}"));
    }
}

fn some_bytes(what: &str, bytes: u64) -> String {
    if bytes == 0 { String::new() } else { format!(", {what} {}", size(bytes)) }
}

/// What the file system refused at first.
fn retries(count: u64) -> String {
    match count {
        0 => String::new(),
        1 => ", 1 retry of a read or write".to_owned(),
        _ => format!(", {count} retries of reads and writes"),
    }
}

/// What the rank took that came nearest to its limit.
fn peak(peaks: &[(u64, u64)]) -> String {
    let known = peaks.iter().filter(|(peak, limit)| *peak > 0 && *limit > 0);
    let Some((peak, limit)) = known.max_by(|a, b| share(a).total_cmp(&share(b))) else { return String::new() };
    let whose = if peaks.len() > 1 { " of a rank" } else { "" };
    format!(", peak memory{whose} {} of {}", size(*peak), size(*limit))
}

fn share((peak, limit): &(u64, u64)) -> f64 {
    *peak as f64 / *limit as f64
}

fn size(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string()
}

#[cfg(test)]
mod tests {
    use super::super::progress::tests::events;
    use super::*;

    fn used(moved_bytes: u64, peak_bytes: u64) -> Event {
        let (worker, node) = (Some(0), "node".to_owned());
        let (spilled_bytes, memory_bytes, retry_count) = (0, 100 << 20, 1);
        Event::RankUsed { worker, node, moved_bytes, spilled_bytes, peak_bytes, memory_bytes, retry_count }
    }

    #[test]
    fn the_sums_come_at_the_end() {
        let mut text = Vec::new();
        let mut summary = Summary::to(&mut text);
        events().iter().chain(&events()).for_each(|event| summary.observe(event));
        summary.observe(&used(1 << 20, 90 << 20));
        summary.observe(&used(3 << 20, 20 << 20));
        drop(summary);
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "swath: 2 computations in 8.0 s, read 8.0 MiB, wrote 2.0 MiB, moved between ranks 4.0 MiB, 2 retries of reads and writes, peak memory of a rank 90.0 MiB of 100.0 MiB\n"
        );
    }
}
