//! A progress bar for each computation, on a terminal.

use super::progress::Progress;
use crate::event::{Event, Observer};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// Time between redraws, whether or not anything happens, so that one sees that it is alive.
const REDRAW: Duration = Duration::from_millis(200);

/// The bar of the computation under way.
#[derive(Default)]
pub struct ProgressBarPanel {
    current: Option<(Progress, ProgressBar)>,
}

fn new_bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} [{bar:20}] {pos}/{len} chunks {wide_msg}")
        .map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars("=> "));
    let bar = ProgressBar::new(total).with_style(style);
    bar.enable_steady_tick(REDRAW);
    bar
}

impl Observer for ProgressBarPanel {
    fn observe(&mut self, event: &Event) {
        let now = Instant::now();
        if let Event::ComputationStarted { stages, .. } = event {
            let progress = Progress::start(stages, now);
            let bar = new_bar(progress.total());
            self.current = Some((progress, bar));
        }
        let Some((progress, bar)) = &mut self.current else { return };
        progress.observe(event);
        match event {
            Event::ComputationFinished { wall, read_bytes, written_bytes, .. } => {
                bar.finish_and_clear();
                if let Some(line) = progress.last_line(*wall, *read_bytes, *written_bytes) {
                    super::say(&mut std::io::stderr(), &line);
                }
                self.current = None;
            }
            Event::ComputationFailed { .. } => {
                bar.finish_and_clear();
                self.current = None;
            }
            _ => {
                bar.set_prefix(progress.stage_names());
                bar.set_position(progress.done());
                let parts = [progress.rate(now), progress.time_left(now)];
                let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                bar.set_message(parts.join(", "));
            }
        }
    }
}
