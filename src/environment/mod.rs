//! What this process was given: its place among the ranks, its cores, its memory, its batch job.
//!
//! Nobody tells a rank these things directly; they are read from the affinity mask, control groups, and the variables that
//! MPI launchers, Slurm and PBS set. [`Environment::from_sources`] is a pure function of those, so that tests can stand in
//! for any machine; [`Environment::detect`] reads the real ones. Nothing here decides how they are used beyond defaults
//! that leave room for others: users override them with `--threads` and `--memory`.

mod sources;
#[cfg(test)]
mod tests;

pub use sources::Sources;
use std::fmt;
use std::path::PathBuf;

/// Part of the memory limit that a rank uses by default, in percent: the rest is for the program itself, the MPI library
/// and the page cache, without which reads stall.
const MEMORY_PERCENT: u64 = 85;

/// Place of this process among those that were started together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranks {
    /// Number of this process, from 0.
    pub rank: usize,
    /// Number of processes.
    pub count: usize,
    /// Number of this process on its node, from 0.
    pub local_rank: usize,
    /// Number of processes on its node.
    pub local_count: usize,
}

impl Ranks {
    /// A process started on its own.
    pub const ALONE: Ranks = Ranks { rank: 0, count: 1, local_rank: 0, local_count: 1 };

    /// Ranks of this node that compute where rank 0 only schedules.
    fn local_workers(&self) -> usize {
        // Launchers fill the first node first, so there, and only there, ranks and local ranks agree.
        let beside_scheduler = self.count > 1 && self.rank == self.local_rank;
        (self.local_count - usize::from(beside_scheduler)).max(1)
    }
}

/// What set the limit of a node's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemorySource {
    /// A control group.
    ControlGroup,
    /// `SLURM_MEM_PER_NODE` or `SLURM_MEM_PER_CPU`.
    Slurm,
    /// The memory that the machine has.
    Machine,
    /// Nothing could be read: one gibibyte is assumed.
    Unknown,
}

impl fmt::Display for MemorySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            MemorySource::ControlGroup => "control group",
            MemorySource::Slurm => "Slurm",
            MemorySource::Machine => "machine",
            MemorySource::Unknown => "unknown",
        })
    }
}

/// What this process was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its place among the ranks.
    pub ranks: Ranks,
    /// Cores it may run on.
    pub core_count: usize,
    /// Threads to compute with by default: its cores, divided among the working ranks that share them.
    pub thread_count: usize,
    /// Whether rank 0 of several computes, beside scheduling. By default it does so that no core idles for its sake; where
    /// ranks are narrow and share a node, it has little more to itself than scheduling takes.
    pub rank_zero_computes: bool,
    /// Bytes it may use by default: 85 % of the node's limit, divided among its ranks.
    pub memory_bytes: u64,
    /// What set that limit.
    pub memory_source: MemorySource,
    /// Cores of the node that its ranks may share, as far as one of them can tell.
    pub node_cores: usize,
    /// Bytes of the node's memory that its ranks may share.
    pub node_memory_bytes: u64,
    /// Identity of the batch job, `slurm 4711` or `pbs 12.server`.
    pub job: Option<String>,
    /// Directory of the node for files that last as long as the job.
    pub scratch_directory: PathBuf,
}

impl Environment {
    /// Reads what this process was given.
    pub fn detect() -> Environment {
        Environment::detect_where(None)
    }

    /// The same where it is said whether rank 0 computes.
    pub fn detect_where(rank_zero_computes: Option<bool>) -> Environment {
        let cores_of = |process| rustix::thread::sched_getaffinity(process).map_or(1, |mask| mask.count() as usize);
        let mask_cores = cores_of(None);
        let sources = Sources {
            variable: &|name| std::env::var(name).ok(),
            file: &|path| std::fs::read_to_string(path).ok(),
            mask_cores,
            parent_mask_cores: rustix::process::getppid().map_or(mask_cores, |parent| cores_of(Some(parent))),
        };
        Environment::from_sources(&sources, rank_zero_computes)
    }

    /// What a process with these sources was given, where it may be said whether rank 0 computes.
    pub fn from_sources(sources: &Sources<'_>, rank_zero_computes: Option<bool>) -> Environment {
        let ranks = sources.ranks();
        let (node_bytes, memory_source) = sources.node_memory();
        let computes = rank_zero_computes.unwrap_or_else(|| ranks.local_count == 1 || sources.are_wide(ranks));
        let rank_zero_computes = ranks.count > 1 && computes;
        Environment {
            ranks,
            core_count: sources.mask_cores.max(1),
            thread_count: sources.threads(ranks, rank_zero_computes),
            rank_zero_computes,
            memory_bytes: node_bytes / 100 * MEMORY_PERCENT / ranks.local_count as u64,
            memory_source,
            node_cores: sources.node_cores(),
            node_memory_bytes: node_bytes,
            job: sources.job(),
            scratch_directory: sources.scratch_directory(),
        }
    }
}
