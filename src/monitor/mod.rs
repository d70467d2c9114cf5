//! What users see of a run: folds over its events, one panel a file.
//!
//! A panel is an [`Observer`]: it is told what happened, on a thread of its own, and can neither ask nor slow nor stop
//! anything; where it can't write, it stays silent. Panels write to standard error, since standard output is the script's;
//! [`ProgressFile`] writes into the run directory, for whoever looks from elsewhere.

mod progress;
mod progress_bar;
mod progress_file;
mod progress_lines;
mod summary;

pub use progress_file::{ProgressFile, ProgressReport, RunState};

use crate::event::Observer;
use std::io::{IsTerminal, Write};

/// The panels of a run: a progress bar on a terminal, else plain lines, and what it all came to; none where `quiet`.
pub fn panels(quiet: bool) -> Vec<Box<dyn Observer>> {
    if quiet {
        return Vec::new();
    }
    let progress: Box<dyn Observer> = if std::io::stderr().is_terminal() {
        Box::new(progress_bar::ProgressBarPanel::default())
    } else {
        Box::new(progress_lines::ProgressLines::to(std::io::stderr()))
    };
    vec![progress, Box::new(summary::Summary::to(std::io::stderr()))]
}

/// Writes a line where somebody may read it, and goes on where nobody can.
fn say(output: &mut impl Write, line: &str) {
    let _ = output.write_all(format!("swath: {line}\n").as_bytes());
}
