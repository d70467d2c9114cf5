//! Tasks of a stage that no worker has: ranges of indices, not a list of tasks.
//!
//! Where a stage reads results that workers keep, its tasks are looked at a block at a time and set aside for the worker
//! that keeps most of what they read. A worker whose own tasks are used up takes from the others.

use crate::protocol::WorkerId;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

/// Tasks looked at in one go.
const BLOCK: u64 = 256;

/// Tasks that no worker has.
#[derive(Debug, Default)]
pub(super) struct Unassigned {
    /// Tasks that nobody has looked at yet.
    fresh: VecDeque<Range<u64>>,
    /// Tasks for whoever comes first.
    shared: VecDeque<Range<u64>>,
    /// Tasks whose inputs a worker keeps.
    preferred: BTreeMap<WorkerId, VecDeque<Range<u64>>>,
    count: u64,
}

impl Unassigned {
    /// Tasks of a stage that are to run, ascending.
    pub(super) fn new(fresh: Vec<Range<u64>>) -> Unassigned {
        let count = fresh.iter().map(|range| range.end - range.start).sum();
        Unassigned { fresh: fresh.into(), shared: VecDeque::new(), preferred: BTreeMap::new(), count }
    }

    /// Number of tasks.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Takes back a task that a worker hasn't started.
    pub(super) fn put_back(&mut self, index: u64) {
        self.count += 1;
        push(&mut self.shared, index);
    }

    /// Takes up to `limit` consecutive tasks for a worker. `preference` names the worker that keeps a task's inputs.
    pub(super) fn take(
        &mut self,
        worker: WorkerId,
        limit: u64,
        preference: Option<&dyn Fn(u64) -> Option<WorkerId>>,
    ) -> Option<Range<u64>> {
        let taken = loop {
            if let Some(range) = self.preferred.get_mut(&worker).and_then(|own| take_first(own, limit)) {
                break range;
            }
            if let Some(range) = take_first(&mut self.shared, limit) {
                break range;
            }
            match preference {
                _ if self.fresh.is_empty() => break self.take_from_others(limit)?,
                None => {
                    if let Some(range) = take_first(&mut self.fresh, limit) {
                        break range;
                    }
                }
                Some(preference) => self.look_ahead(preference),
            }
        };
        self.count -= taken.end - taken.start;
        Some(taken)
    }

    fn look_ahead(&mut self, preference: &dyn Fn(u64) -> Option<WorkerId>) {
        for index in take_first(&mut self.fresh, BLOCK).into_iter().flatten() {
            match preference(index) {
                Some(worker) => push(self.preferred.entry(worker).or_default(), index),
                None => push(&mut self.shared, index),
            }
        }
    }

    fn take_from_others(&mut self, limit: u64) -> Option<Range<u64>> {
        let most = self.preferred.values_mut().max_by_key(|ranges| ranges.len())?;
        let last = most.back_mut()?;
        let start = last.end - limit.min(last.end - last.start);
        let taken = start..last.end;
        last.end = start;
        if last.is_empty() {
            most.pop_back();
        }
        Some(taken)
    }
}

/// Appends an index, to the last range where it continues that.
fn push(ranges: &mut VecDeque<Range<u64>>, index: u64) {
    match ranges.back_mut() {
        Some(last) if last.end == index => last.end += 1,
        _ => ranges.push_back(index..index + 1),
    }
}

fn take_first(ranges: &mut VecDeque<Range<u64>>, limit: u64) -> Option<Range<u64>> {
    let first = ranges.front_mut()?;
    let end = first.end.min(first.start + limit);
    let taken = first.start..end;
    first.start = end;
    if first.is_empty() {
        ranges.pop_front();
    }
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(tasks: &mut Unassigned, worker: u32, preference: Option<&dyn Fn(u64) -> Option<WorkerId>>) -> Vec<u64> {
        std::iter::from_fn(|| tasks.take(WorkerId(worker), 7, preference)).flatten().collect()
    }

    fn all(count: u64) -> Vec<Range<u64>> {
        std::iter::once(0..count).collect()
    }

    #[test]
    fn neighbours_go_together_and_every_task_goes_once() {
        let mut tasks = Unassigned::new(all(100));
        assert_eq!(tasks.take(WorkerId(1), 10, None), Some(0..10));
        assert_eq!(tasks.take(WorkerId(2), 10, None), Some(10..20));
        tasks.put_back(9);
        assert_eq!(tasks.take(WorkerId(2), 10, None), Some(9..10));
        assert_eq!(drain(&mut tasks, 1, None), (20..100).collect::<Vec<_>>());
        assert_eq!(tasks.count(), 0);
    }

    #[test]
    fn tasks_that_need_not_run_are_never_taken() {
        let mut tasks = Unassigned::new(vec![3..5, 10..20]);
        assert_eq!(tasks.take(WorkerId(1), 10, None), Some(3..5));
        let halves = |index| Some(WorkerId(u32::from(index >= 15)));
        let mut rest = drain(&mut tasks, 1, Some(&halves));
        rest.sort_unstable();
        assert_eq!((rest, tasks.count()), ((10..20).collect(), 0));
    }

    #[test]
    fn a_worker_gets_its_own_first_and_then_the_others() {
        let mut tasks = Unassigned::new(all(1000));
        let halves = |index| Some(WorkerId(u32::from(index >= 500)));
        assert_eq!(tasks.take(WorkerId(1), 10, Some(&halves)), Some(500..510));
        let mut rest = drain(&mut tasks, 1, Some(&halves));
        assert_eq!(rest[..490], (510..1000).collect::<Vec<_>>());
        rest[490..].sort_unstable();
        assert_eq!(rest[490..], (0..500).collect::<Vec<_>>());
        assert_eq!(tasks.count(), 0);
    }
}
