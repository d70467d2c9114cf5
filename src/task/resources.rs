//! What lowering may count on: memory of one rank and of all.

/// Memory that a computation may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// Bytes that the tasks and the kept results of one rank may take (of the smallest).
    pub budget_bytes: u64,
    /// Bytes of all ranks that work.
    pub cluster_bytes: u64,
    /// Ranks that work.
    pub worker_count: u64,
    /// Tasks that run at one time on all ranks.
    pub task_slots: u64,
    /// Bytes of results that can lie in scratch, of all ranks.
    pub scratch_bytes: u64,
}

impl Resources {
    /// Bytes that results can take while tasks of a size run on every thread, as far as budgets admit them.
    pub fn room_for_results(&self, task_bytes: u64) -> u64 {
        let running = (self.task_slots * task_bytes).min(self.cluster_bytes / 2);
        self.cluster_bytes - running.max(self.worker_count * task_bytes).min(self.cluster_bytes)
    }

    /// Bytes of results of up to `result_bytes` each that ranks keep before the last of them declines another, which it does
    /// to leave `reserve_bytes`. Scratch takes results up to its limit less one.
    pub fn room_beside(&self, reserve_bytes: u64, result_bytes: u64) -> u64 {
        let scratch_bytes = (self.scratch_bytes / self.worker_count.max(1)).saturating_sub(result_bytes);
        let all = self.cluster_bytes + self.worker_count * scratch_bytes;
        let left = self.worker_count * reserve_bytes + self.worker_count.saturating_sub(1) * result_bytes;
        all.saturating_sub(left)
    }
}

impl From<u64> for Resources {
    /// One rank with one thread.
    fn from(budget_bytes: u64) -> Resources {
        Resources { budget_bytes, cluster_bytes: budget_bytes, worker_count: 1, task_slots: 1, scratch_bytes: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_tasks_leave_half_of_the_memory_to_results() {
        let ranks = Resources { worker_count: 4, task_slots: 8, ..Resources::from(100) };
        let resources = Resources { cluster_bytes: 400, ..ranks };
        assert_eq!(resources.room_for_results(10), 320);
        assert_eq!(resources.room_for_results(40), 200);
        assert_eq!(resources.room_for_results(90), 40);
        assert_eq!(Resources::from(100).room_for_results(0), 100);
    }

    #[test]
    fn every_rank_leaves_room_for_a_task_and_all_but_one_for_a_result_too() {
        let resources = Resources { cluster_bytes: 400, worker_count: 4, ..Resources::from(100) };
        assert_eq!(resources.room_beside(60, 10), 400 - 4 * 60 - 3 * 10);
        assert_eq!(resources.room_beside(100, 1), 0);
        assert_eq!(Resources { scratch_bytes: 80, ..resources }.room_beside(100, 1), 4 * 19 - 3);
    }
}
