//! What has become of the tasks of a computation, a byte each.

use swath::task::{Computation, StageId, TaskId};

/// What can become of a task; each at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A worker has begun it.
    Started = 1,
    /// It ran to its end.
    Done = 2,
    /// Its result was kept for later attempts.
    Saved = 4,
    /// The scheduler has had recorded what it wrote.
    Recorded = 8,
    /// Its result came to the script.
    Collected = 16,
}

/// Marks of all tasks of a computation.
pub struct Progress {
    stages: Vec<Vec<u8>>,
}

impl Progress {
    pub fn new(computation: &Computation) -> Progress {
        Progress { stages: computation.stages.iter().map(|stage| vec![0; stage.task_count as usize]).collect() }
    }

    /// Marks a task; says whether it hadn't that mark.
    pub fn note(&mut self, task: TaskId, mark: Mark) -> bool {
        let marks = &mut self.stages[task.stage.0 as usize][task.index as usize];
        let is_new = *marks & mark as u8 == 0;
        *marks |= mark as u8;
        is_new
    }

    pub fn has(&self, task: TaskId, mark: Mark) -> bool {
        self.stages[task.stage.0 as usize][task.index as usize] & mark as u8 != 0
    }

    /// The tasks with a mark.
    pub fn tasks(&self, mark: Mark) -> impl Iterator<Item = TaskId> + '_ {
        self.stages.iter().enumerate().flat_map(move |(stage, marks)| {
            let marked = move |(_, marks): &(usize, &u8)| *marks & mark as u8 != 0;
            let id = move |(index, _)| TaskId { stage: StageId(stage as u16), index: index as u64 };
            marks.iter().enumerate().filter(marked).map(id)
        })
    }

    pub fn count(&self, mark: Mark) -> u64 {
        self.tasks(mark).count() as u64
    }
}
