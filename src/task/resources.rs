//! What lowering may count on: memory of one rank and of all.

/// Memory that a computation may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// Bytes that the tasks and the kept results of one rank may take (of the smallest).
    pub budget_bytes: u64,
    /// Bytes of all ranks that work.
    pub cluster_bytes: u64,
    /// Tasks that run at one time on all ranks.
    pub task_slots: u64,
    /// Bytes of results that can lie in scratch, of all ranks.
    pub scratch_bytes: u64,
}

impl Resources {
    /// Bytes that results can take while tasks of a size run on every thread, as far as budgets admit them.
    pub fn room_for_results(&self, task_bytes: u64) -> u64 {
        let running = (self.task_slots * task_bytes).min(self.cluster_bytes / 2);
        self.cluster_bytes - running
    }
}

impl From<u64> for Resources {
    /// One rank with one thread.
    fn from(budget_bytes: u64) -> Resources {
        Resources { budget_bytes, cluster_bytes: budget_bytes, task_slots: 1, scratch_bytes: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_tasks_leave_half_of_the_memory_to_results() {
        let resources = Resources { budget_bytes: 100, cluster_bytes: 400, task_slots: 8, scratch_bytes: 0 };
        assert_eq!(resources.room_for_results(10), 320);
        assert_eq!(resources.room_for_results(90), 200);
        assert_eq!(Resources::from(100).room_for_results(0), 100);
    }
}
