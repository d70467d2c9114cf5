//! What the scheduler knows of each worker, and how many tasks it lets a worker hold.

use crate::protocol::{WorkerId, WorkerInfo};
use crate::task::ResultId;
use std::time::Duration;

/// Time for which a worker is given tasks in advance: many round trips, and little enough to share out at the end.
const LOOK_AHEAD: Duration = Duration::from_millis(50);
/// Most tasks that a worker holds.
const MAX_HELD: u64 = 8192;

/// A worker, as the scheduler sees it.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) info: WorkerInfo,
    /// Tasks that it holds, waiting or running.
    pub(super) held: u64,
    /// An answer to a request to give tasks back is on its way.
    pub(super) asked_back: bool,
    /// It had nothing to give back, and was given nothing since.
    pub(super) gave_nothing: bool,
    /// Results that it can drop, not told yet.
    pub(super) releases: Vec<ResultId>,
    tasks_per_second: f64,
    last_change: Duration,
}

impl Member {
    pub(super) fn new(info: WorkerInfo, now: Duration) -> Member {
        Member {
            info,
            held: 0,
            asked_back: false,
            gave_nothing: false,
            releases: Vec::new(),
            tasks_per_second: 0.0,
            last_change: now,
        }
    }

    /// Forgets what is over: tasks of a computation, the speed of a stage.
    pub(super) fn reset(&mut self, now: Duration) {
        *self = Member { held: 0, ..Member::new(self.info.clone(), now) };
    }

    /// Forgets how fast tasks were: those of the next stage are others.
    pub(super) fn forget_speed(&mut self, now: Duration) {
        self.tasks_per_second = 0.0;
        self.last_change = now;
    }

    /// Takes note of tasks given to it.
    pub(super) fn note_given(&mut self, now: Duration, count: u64) {
        if self.held == 0 {
            self.last_change = now;
        }
        self.held += count;
        self.gave_nothing = false;
    }

    /// Takes note of tasks that it has done.
    pub(super) fn note_done(&mut self, now: Duration, count: u64) {
        self.held = self.held.saturating_sub(count);
        let seconds = now.saturating_sub(self.last_change).as_secs_f64().max(1e-6);
        let speed = count as f64 / seconds;
        self.tasks_per_second =
            if self.tasks_per_second == 0.0 { speed } else { (self.tasks_per_second + speed) / 2.0 };
        self.last_change = now;
    }

    /// Tasks that it can be given now: none while it has plenty, so that tasks go in batches.
    pub(super) fn room(&self) -> u64 {
        let ahead = (self.tasks_per_second * LOOK_AHEAD.as_secs_f64()) as u64;
        let target = ahead.clamp(2 * self.threads(), MAX_HELD.max(2 * self.threads()));
        if self.held * 4 > target * 3 { 0 } else { target - self.held }
    }

    /// Tasks that it runs at one time.
    pub(super) fn threads(&self) -> u64 {
        self.info.threads.max(1) as u64
    }

    /// Whether some of its threads have nothing to do.
    pub(super) fn is_idle(&self) -> bool {
        self.held < self.threads()
    }

    /// Whether it may hold tasks that it hasn't started.
    pub(super) fn may_give_back(&self) -> bool {
        self.held >= 2 && !self.asked_back && !self.gave_nothing
    }
}

/// Workers of which `wanted` holds, fewest tasks a thread first.
pub(super) fn idlest_first<'a>(
    crew: impl Iterator<Item = (&'a WorkerId, &'a Member)>,
    wanted: impl Fn(&Member) -> bool,
) -> Vec<WorkerId> {
    let mut found: Vec<(u64, WorkerId)> =
        crew.filter(|(_, member)| wanted(member)).map(|(id, member)| (member.held / member.threads(), *id)).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_of_tiny_tasks_holds_more_of_them() {
        let info = WorkerInfo { threads: 2, budget_bytes: 1, ..WorkerInfo::default() };
        let mut member = Member::new(info, Duration::ZERO);
        assert_eq!(member.room(), 4);
        member.note_given(Duration::ZERO, 4);
        assert_eq!(member.room(), 0);
        member.note_done(Duration::from_micros(40), 4);
        assert!(member.room() > 1000, "{}", member.room());
        member.forget_speed(Duration::from_millis(1));
        member.note_given(Duration::from_millis(1), 4);
        member.note_done(Duration::from_secs(4), 4);
        assert_eq!(member.room(), 4);
    }
}
