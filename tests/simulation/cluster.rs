//! How a simulated cluster behaves, and what befalls it.

use super::random::Random;
use std::time::Duration;
use swath::protocol::{ScratchInfo, WorkerId, WorkerInfo};
use swath::task::{Resources, TaskId};

/// A simulated cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    pub workers: u32,
    pub threads: usize,
    /// Tasks of a worker that wait for files beside those that compute.
    pub io_threads: usize,
    pub budget_bytes: u64,
    /// Bytes of scratch of each worker.
    pub scratch_bytes: u64,
    /// Longest delay of a message, in microseconds.
    pub delay: u64,
    /// Longest duration of a task, and of what scratch does, in microseconds.
    pub duration: u64,
    /// The tasks of the first so many workers take ten times as long.
    pub slow_workers: u32,
    /// The task that fails, if it comes to that.
    pub failing: Option<TaskId>,
    /// Scratch is full, whatever its limit, once so many results of all workers were written there.
    pub failing_write: Option<u64>,
    /// When the last worker is lost.
    pub lost_at: Option<Duration>,
    /// The message that never arrives, counted from the first.
    pub lost_message: Option<u64>,
    /// When the first worker comes.
    pub joined_at: Duration,
    /// Whether what the tasks are handed is looked at, which takes time.
    pub is_checked: bool,
}

impl Cluster {
    /// A cluster without scratch to which nothing happens.
    pub fn calm(workers: u32, threads: usize, budget_bytes: u64) -> Cluster {
        Cluster {
            workers,
            threads,
            io_threads: 0,
            budget_bytes,
            scratch_bytes: 0,
            delay: 100,
            duration: 2000,
            slow_workers: 0,
            failing: None,
            failing_write: None,
            lost_at: None,
            lost_message: None,
            joined_at: Duration::ZERO,
            is_checked: true,
        }
    }

    /// Some cluster or other, with so much memory for each worker.
    pub fn random(random: &mut Random, budget_bytes: u64, scratch_bytes: u64) -> Cluster {
        let workers = 1 + random.below(8) as u32;
        let threads = 1 + random.below(4) as usize;
        let joined_at = if workers > 1 && random.once_in(4) { random.below(50_000) } else { 0 };
        Cluster {
            io_threads: random.below(5) as usize,
            scratch_bytes,
            delay: 1 + random.below(5000),
            duration: 1 + random.below(20_000),
            slow_workers: if random.once_in(3) { random.below(u64::from(workers)) as u32 } else { 0 },
            joined_at: Duration::from_micros(joined_at),
            ..Cluster::calm(workers, threads, budget_bytes)
        }
    }

    /// What lowering is told of it: of the workers that are there from the start.
    pub fn resources(&self) -> Resources {
        let workers = u64::from(self.workers) - u64::from(self.joined_at > Duration::ZERO);
        Resources {
            budget_bytes: self.budget_bytes,
            cluster_bytes: workers * self.budget_bytes,
            worker_count: workers,
            task_slots: workers * self.threads as u64,
            scratch_bytes: workers * self.scratch_bytes,
        }
    }

    /// What a worker has to offer.
    pub fn info(&self, worker: WorkerId) -> WorkerInfo {
        WorkerInfo {
            threads: self.threads,
            io_threads: self.io_threads,
            budget_bytes: self.budget_bytes,
            scratch: ScratchInfo { place: "/scratch".to_owned(), limit_bytes: self.scratch_bytes },
            node: format!("node{}", worker.0 / 2),
            process: worker.0,
            ..WorkerInfo::default()
        }
    }

    /// How many times as long as others' a worker's tasks take.
    pub fn slowness(&self, worker: WorkerId) -> u64 {
        if worker.0 < self.slow_workers { 10 } else { 1 }
    }
}
