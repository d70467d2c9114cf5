//! Notices that a computation has stalled: nothing is done any more, and no worker is at work on anything.
//!
//! While reports come in, nothing is asked. When none has come for a while, workers say what they do; a task that runs,
//! however long, is no stall. Time counts only as it is looked at, in small steps, so that a process that was stopped for
//! an hour finds no hour gone. What is to be done about a stall is for `runtime` to say.

use super::Scheduler;
use super::run::Run;
use crate::protocol::{Order, WorkerId, WorkerState};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// Longest step in which time counts.
const LONGEST_STEP: Duration = Duration::from_secs(1);
/// Parts of the limit: the first question comes after half of them, the next ones one apart.
const PARTS: u32 = 8;
/// Stages that are described.
const MAX_STAGES: usize = 20;

/// What is known of a computation in which nothing happens.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Time in which nothing has happened.
    waited: Duration,
    last_look: Option<Duration>,
    /// What had been waited when the next question is due.
    next_question: Duration,
    /// How often something has happened.
    happened: u64,
    /// What workers said last, and how often something had happened by then.
    states: BTreeMap<WorkerId, (WorkerState, u64)>,
}

impl Watch {
    /// Something has happened.
    pub(super) fn note_progress(&mut self) {
        self.waited = Duration::ZERO;
        self.next_question = Duration::ZERO;
        self.happened += 1;
    }

    /// A worker has said what it does.
    pub(super) fn note_state(&mut self, worker: WorkerId, state: WorkerState) {
        let has_moved = self.states.get(&worker).is_some_and(|(before, _)| before.has_moved(&state));
        if state.is_at_work() || has_moved {
            self.note_progress();
        }
        self.states.insert(worker, (state, self.happened));
    }

    /// Lets time go on; says whether a question is due.
    fn advance(&mut self, now: Duration, limit: Duration) -> bool {
        let step = self.last_look.map_or(Duration::ZERO, |last| now.saturating_sub(last));
        self.last_look = Some(now);
        self.waited += step.min(LONGEST_STEP).min(limit / (2 * PARTS));
        let is_due = self.waited >= (limit / 2).max(self.next_question);
        if is_due {
            self.next_question = self.waited + limit / PARTS;
        }
        is_due
    }
}

impl Scheduler {
    /// Looks whether the computation goes on; to be called several times in each sixteenth of the limit, when no report is
    /// at hand. Describes the scheduler and every worker where nothing has happened for the time of the limit, and no
    /// worker has said that it is at work.
    pub fn look(&mut self, now: Duration, limit: Duration) -> Option<String> {
        if self.run.is_none() {
            self.watch = Watch::default();
            return None;
        }
        if self.watch.advance(now, limit) {
            for worker in self.crew.keys() {
                self.actions.push_back(super::Action::Send { to: *worker, order: Order::Describe });
            }
        }
        (self.watch.waited >= limit).then(|| self.describe(now))
    }

    /// The state of the computation and of every worker.
    fn describe(&self, now: Duration) -> String {
        let mut text = String::new();
        if let Some(run) = &self.run {
            run.describe(now, &mut text);
        }
        for (id, member) in &self.crew {
            let said = match self.watch.states.get(id) {
                Some((state, happened)) if *happened == self.watch.happened => format!("says: {state}"),
                Some((state, _)) => format!("doesn't answer; said before: {state}"),
                None => "doesn't answer".to_owned(),
            };
            let (node, process, held) = (&member.info.node, member.info.process, member.held);
            append(&mut text, format_args!("  {id} (process {process} on {node}): holds {held} tasks; {said}\n"));
        }
        text
    }
}

impl Run {
    fn describe(&self, now: Duration, text: &mut String) {
        let (id, age) = (self.computation.id.0, now.saturating_sub(self.started).as_secs());
        append(text, format_args!("  computation {id}, {age} s after its start\n"));
        if let Some(failure) = &self.failure {
            let awaited: Vec<String> = self.awaited.iter().map(ToString::to_string).collect();
            append(text, format_args!("  it is ending ({failure}) and waits for {}\n", awaited.join(", ")));
        }
        let incomplete = self.computation.stage_ids().zip(&self.stages).filter(|(_, stage)| !stage.is_complete());
        for (id, progress) in incomplete.take(MAX_STAGES) {
            let stage = self.computation.stage(id);
            append(text, format_args!("  stage {} ({}): {progress}\n", id.0, stage.name));
        }
    }
}

fn append(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.write_fmt(line).expect("a string takes everything");
}
