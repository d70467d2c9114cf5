//! How long tasks take, and how many more than there are threads are handed out for that: short ones go ahead of need, so
//! that a thread goes on to the next without asking, and their ends are told together.

use crate::task::{ComputationId, ResultId, StageId};
use std::collections::BTreeMap;
use std::time::Duration;

/// Time that tasks handed out ahead take a thread. Longer ones are handed out one by one.
const AHEAD: Duration = Duration::from_micros(500);
/// Tasks handed out ahead for a thread, at most.
const MOST_AHEAD: u64 = 256;
/// Weight of the last task in the mean where it was shorter: what takes longer counts at once, for half.
const WEIGHT: u64 = 8;

/// The mean time of the tasks of each stage, in nanoseconds.
#[derive(Debug, Default)]
pub(super) struct Pace {
    means: BTreeMap<(ComputationId, StageId), u64>,
}

impl Pace {
    /// Takes note of the time that a task took.
    pub(super) fn note(&mut self, id: ResultId, took: Duration) {
        let took = took.as_nanos() as u64;
        let mean = self.means.entry((id.computation, id.task.stage)).or_insert(took);
        *mean = if took > *mean { *mean + (took - *mean) / 2 } else { *mean - (*mean - took) / WEIGHT };
    }

    /// Tasks of a stage to hand out for a number of threads, beside those that they run.
    pub(super) fn ahead(&self, computation: ComputationId, stage: StageId, threads: usize) -> usize {
        let mean = self.means.get(&(computation, stage));
        mean.map_or(0, |&mean| threads * (AHEAD.as_nanos() as u64 / mean.max(1)).min(MOST_AHEAD) as usize)
    }

    /// Forgets a computation.
    pub(super) fn forget(&mut self, computation: ComputationId) {
        self.means.retain(|(of, _), _| *of != computation);
    }

    /// Whether nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        self.means.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::TaskId;

    #[test]
    fn short_tasks_go_ahead_and_a_long_one_ends_that() {
        let (computation, stage) = (ComputationId(1), StageId(2));
        let id = ResultId { computation, task: TaskId { stage, index: 0 } };
        let mut pace = Pace::default();
        assert_eq!(pace.ahead(computation, stage, 4), 0);
        pace.note(id, Duration::from_micros(10));
        assert_eq!(pace.ahead(computation, stage, 4), 200);
        assert_eq!(pace.ahead(computation, StageId(3), 4), 0);
        pace.note(id, Duration::from_millis(2));
        assert_eq!(pace.ahead(computation, stage, 4), 0);
        (0..100).for_each(|_| pace.note(id, Duration::from_nanos(50)));
        assert_eq!(pace.ahead(computation, stage, 1), 256);
        pace.forget(computation);
        assert!(pace.is_empty());
    }
}
