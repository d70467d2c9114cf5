//! What the scheduler knows of each worker, and how many tasks it lets a worker hold.

use crate::protocol::{WorkerId, WorkerInfo};
use crate::task::StageId;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
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
    /// Stages of which it takes no tasks: it has no room for their results, or for them beside others'.
    pub(super) declined: BTreeSet<StageId>,
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
            declined: BTreeSet::new(),
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
        let least = 2 * self.threads() + self.info.io_threads as u64;
        let target = ahead.clamp(least, MAX_HELD.max(least));
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

/// Workers that could be given tasks when there were none, idlest first.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    order: BTreeSet<(u64, WorkerId)>,
    /// Tasks a thread that each held then.
    loads: BTreeMap<WorkerId, u64>,
}

impl Waiting {
    /// Adds a worker.
    pub(super) fn insert(&mut self, worker: WorkerId, member: &Member) {
        self.remove(worker);
        let load = member.held / member.threads();
        self.order.insert((load, worker));
        self.loads.insert(worker, load);
    }

    /// Removes a worker, if it is here.
    pub(super) fn remove(&mut self, worker: WorkerId) {
        if let Some(load) = self.loads.remove(&worker) {
            self.order.remove(&(load, worker));
        }
    }

    /// The idlest.
    pub(super) fn first(&self) -> Option<WorkerId> {
        self.order.first().map(|(_, worker)| *worker)
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        *self = Waiting::default();
    }
}

/// Workers that may give tasks back, those with the most first. What is known here of a worker may be more than it holds
/// by now, never less.
#[derive(Debug, Default)]
pub(super) struct Donors {
    most: BinaryHeap<(u64, WorkerId)>,
}

impl Donors {
    /// Takes note of what a worker of a crew holds.
    pub(super) fn note(&mut self, crew: &BTreeMap<WorkerId, Member>, worker: WorkerId) {
        // Each time that tasks are handed out adds to it: now and then it starts afresh.
        if self.most.len() > 4 * crew.len() {
            let donors = crew.iter().filter(|(_, member)| member.may_give_back());
            self.most = donors.map(|(id, member)| (member.held, *id)).collect();
        }
        if let Some(member) = crew.get(&worker) {
            self.most.push((member.held, worker));
        }
    }

    /// Takes the worker with the most tasks that may give some back, but for one.
    pub(super) fn take(&mut self, crew: &BTreeMap<WorkerId, Member>, except: WorkerId) -> Option<WorkerId> {
        let mut passed = None;
        let mut taken = None;
        while let Some((held, worker)) = self.most.pop() {
            let Some(member) = crew.get(&worker).filter(|member| member.may_give_back()) else { continue };
            if member.held < held {
                self.most.push((member.held, worker));
            } else if worker == except {
                passed = Some((held, worker));
            } else {
                taken = Some(worker);
                break;
            }
        }
        self.most.extend(passed);
        taken
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.most.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crew(held: &[u64]) -> BTreeMap<WorkerId, Member> {
        let info = WorkerInfo { threads: 2, ..WorkerInfo::default() };
        let member = |&held: &u64| Member { held, ..Member::new(info.clone(), Duration::ZERO) };
        (0..).map(WorkerId).zip(held.iter().map(member)).collect()
    }

    #[test]
    fn the_worker_with_the_most_tasks_gives_some_back() {
        let mut crew = crew(&[5, 9, 1, 7]);
        let mut donors = Donors::default();
        (0..4).for_each(|worker| donors.note(&crew, WorkerId(worker)));
        crew.get_mut(&WorkerId(1)).unwrap().held = 6;
        assert_eq!(donors.take(&crew, WorkerId(3)), Some(WorkerId(1)));
        crew.get_mut(&WorkerId(1)).unwrap().asked_back = true;
        assert_eq!(donors.take(&crew, WorkerId(2)), Some(WorkerId(3)));
        crew.get_mut(&WorkerId(0)).unwrap().gave_nothing = true;
        assert_eq!(donors.take(&crew, WorkerId(2)), None);
    }

    #[test]
    fn who_gives_tasks_back_takes_memory_for_the_workers_and_not_for_the_tasks() {
        let crew = crew(&[5, 9, 1, 7]);
        let mut donors = Donors::default();
        (0..1000).for_each(|count| donors.note(&crew, WorkerId(count % 4)));
        assert!(donors.most.len() <= 17, "{}", donors.most.len());
    }

    #[test]
    fn the_idlest_worker_is_given_tasks_first() {
        let crew = crew(&[5, 2, 0, 0]);
        let mut waiting = Waiting::default();
        crew.iter().for_each(|(id, member)| waiting.insert(*id, member));
        assert_eq!(waiting.first(), Some(WorkerId(2)));
        waiting.remove(WorkerId(2));
        waiting.remove(WorkerId(3));
        assert_eq!(waiting.first(), Some(WorkerId(1)));
    }

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
