//! Simulated rank 0: a real scheduler; where that is asked for, what it costs is measured, with the messages as bytes.

use super::allocations::counted;
use std::time::{Duration, Instant};
use swath::protocol::{Message, Report, WorkerId, decode, encode};
use swath::scheduler::{Action, Scheduler};

/// What rank 0 has cost.
#[derive(Debug, Default, Clone, Copy)]
pub struct Cost {
    /// Within the scheduler.
    pub scheduling: Duration,
    /// Making bytes of orders and reports of bytes.
    pub coding: Duration,
    /// Messages to and from it.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// A scheduler, and what it costs.
pub struct RankZero {
    pub scheduler: Scheduler,
    /// `None` where nothing is measured.
    pub cost: Option<Cost>,
}

impl RankZero {
    /// Has the scheduler do something; gives what it wants done then.
    pub fn step(&mut self, step: impl FnOnce(&mut Scheduler)) -> Vec<Action> {
        let Some(cost) = &mut self.cost else {
            step(&mut self.scheduler);
            return std::iter::from_fn(|| self.scheduler.poll_action()).collect();
        };
        let start = Instant::now();
        // Polled one by one, as it is in earnest: the scheduler's own queue is all that there is.
        counted(|| step(&mut self.scheduler));
        cost.scheduling += start.elapsed();
        let mut actions = Vec::new();
        loop {
            let start = Instant::now();
            let Some(action) = counted(|| self.scheduler.poll_action()) else { break };
            cost.scheduling += start.elapsed();
            actions.push(deliver(action, cost));
        }
        actions
    }

    /// Hands a report to the scheduler.
    pub fn hear(&mut self, now: Duration, worker: WorkerId, report: Report) -> Vec<Action> {
        let Some(cost) = &mut self.cost else {
            return self.step(|scheduler| scheduler.handle_report(now, worker, report));
        };
        let sent = encode(&Message::Report(report)).bytes;
        cost.messages += 1;
        cost.bytes += sent.len() as u64;
        let start = Instant::now();
        let report = match counted(|| decode(&sent, Vec::new())) {
            Ok(Message::Report(report)) => report,
            other => panic!("a report arrives as what it was, not as {other:?}"),
        };
        cost.coding += start.elapsed();
        self.step(|scheduler| scheduler.handle_report(now, worker, report))
    }
}

/// What becomes of an action outside of rank 0, which forgets it.
fn deliver(action: Action, cost: &mut Cost) -> Action {
    match action {
        Action::Send { to, order } => {
            let start = Instant::now();
            let bytes = counted(|| encode(&Message::Order(order)).bytes);
            cost.coding += start.elapsed();
            cost.messages += 1;
            cost.bytes += bytes.len() as u64;
            let arrived = decode(&bytes, Vec::new());
            counted(|| drop(bytes));
            match arrived {
                Ok(Message::Order(order)) => Action::Send { to, order },
                other => panic!("an order arrives as what it was, not as {other:?}"),
            }
        }
        Action::Written { stage, chunks } => {
            let copy = chunks.clone();
            counted(|| drop(chunks));
            Action::Written { stage, chunks: copy }
        }
        Action::Emit(event) => {
            let copy = event.clone();
            counted(|| drop(event));
            Action::Emit(copy)
        }
        other => other,
    }
}
