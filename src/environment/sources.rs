//! Where facts about a process come from, and what is read from them.
//!
//! Variables of launchers and batch systems, the affinity mask, control groups (cgroups(7), both versions) and `/proc/meminfo`.

use super::{MemorySource, Ranks};
use std::path::{Path, PathBuf};

/// Threads from which a rank is wide: a core of them for scheduling is a small part.
const WIDE_THREADS: usize = 8;

/// Control groups say "no limit" with a number near 2^63; no machine has an exbibyte.
const UNLIMITED_BYTES: u64 = 1 << 60;

/// Variables with the rank, the number of ranks, the rank within the node and the ranks on the node, a launcher a line.
/// A launcher inside another one (mpirun in a Slurm job) comes first.
const RANK_VARIABLES: [[&str; 4]; 5] = [
    // Open MPI and PRRTE.
    ["OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"],
    // MVAPICH.
    ["MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_LOCAL_RANK", "MV2_COMM_WORLD_LOCAL_SIZE"],
    // MPICH and Intel MPI (hydra).
    ["PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"],
    // Cray PALS, and srun with PMI-2.
    ["PMI_RANK", "PMI_SIZE", "PMI_LOCAL_RANK", "PMI_LOCAL_SIZE"],
    // srun; the ranks on the node come from SLURM_STEP_TASKS_PER_NODE.
    ["SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", "SLURM_STEP_TASKS_PER_NODE"],
];

/// Where facts about a process come from.
pub struct Sources<'a> {
    /// The value of a variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The text of a small file.
    pub file: &'a dyn Fn(&Path) -> Option<String>,
    /// Cores in the affinity mask of this process.
    pub mask_cores: usize,
    /// Cores in the affinity mask of the process that started it.
    pub parent_mask_cores: usize,
}

impl Sources<'_> {
    fn text(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|text| !text.is_empty())
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.trim().parse().ok()
    }

    /// The innermost launcher's word, or a process on its own.
    pub(super) fn ranks(&self) -> Ranks {
        let place = |[rank, count, local_rank, local_count]: [&str; 4]| {
            // A batch script has SLURM_PROCID too; only srun has made a step of ranks.
            let (rank, count) = (self.number(rank)? as usize, self.number(count)? as usize);
            let local_count = match local_count {
                "SLURM_STEP_TASKS_PER_NODE" => self.slurm_tasks_of_node()?,
                name => self.number(name)? as usize,
            };
            let ranks = Ranks { rank, count, local_rank: self.number(local_rank)? as usize, local_count };
            (rank < count && ranks.local_rank < local_count).then_some(ranks)
        };
        RANK_VARIABLES.into_iter().find_map(place).unwrap_or(Ranks::ALONE)
    }

    /// Tasks of the step on this node, from Slurm's run-length list, `2(x3),1`.
    fn slurm_tasks_of_node(&self) -> Option<usize> {
        let mut node = self.number("SLURM_NODEID")? as usize;
        for run in self.text("SLURM_STEP_TASKS_PER_NODE")?.split(',') {
            let (tasks, repeated) = match run.trim().trim_end_matches(')').split_once("(x") {
                Some((tasks, repeated)) => (tasks.parse().ok()?, repeated.parse().ok()?),
                None => (run.trim().parse().ok()?, 1),
            };
            if node < repeated {
                return Some(tasks);
            }
            node -= repeated;
        }
        None
    }

    /// Threads of this rank: its mask, where that can be its own; else its part of the cores that the node's ranks share.
    pub(super) fn threads(&self, ranks: Ranks, rank_zero_computes: bool) -> usize {
        let sharers = if rank_zero_computes { ranks.local_count } else { ranks.local_workers() };
        let threads = if self.is_bound(ranks) { self.mask() } else { self.mask().min(self.node_cores() / sharers) };
        let asked = self.number("SLURM_CPUS_PER_TASK").filter(|_| ranks.count > 1);
        asked.map_or(threads, |cores| threads.min(cores as usize)).max(1)
    }

    /// Whether each of the node's ranks has many cores.
    pub(super) fn are_wide(&self, ranks: Ranks) -> bool {
        self.threads(ranks, true) >= WIDE_THREADS
    }

    /// Whether each of the node's ranks may have cores of its own.
    fn is_bound(&self, ranks: Ranks) -> bool {
        self.mask() * ranks.local_count <= self.node_cores()
    }

    fn mask(&self) -> usize {
        self.mask_cores.max(1)
    }

    /// Cores of the node that its ranks share. A launcher that binds ranks gives each a part of its own mask. PBS may leave
    /// the mask whole and say `NCPUS`, Torque `PBS_NUM_PPN`.
    pub(super) fn node_cores(&self) -> usize {
        let of_pbs = self.number("NCPUS").or_else(|| self.number("PBS_NUM_PPN"));
        let limits = [self.cpu_quota(), of_pbs.filter(|&cores| cores > 0 && self.text("PBS_JOBID").is_some())];
        let mask = self.mask_cores.max(self.parent_mask_cores).max(1);
        limits.into_iter().flatten().fold(mask, |cores, limit| cores.min(limit as usize))
    }

    /// Memory of the node that the job may use, and what says so: the lowest of all limits.
    pub(super) fn node_memory(&self) -> (u64, MemorySource) {
        let machine = (self.file)(Path::new("/proc/meminfo")).and_then(|text| memory_total(&text));
        [
            (self.slurm_memory(), MemorySource::Slurm),
            (self.control_group_memory(), MemorySource::ControlGroup),
            (machine, MemorySource::Machine),
        ]
        .into_iter()
        .filter_map(|(bytes, source)| Some((bytes?, source)))
        .min_by_key(|(bytes, _)| *bytes)
        .unwrap_or((1 << 30, MemorySource::Unknown))
    }

    /// Slurm's limit for the node. It counts mebibytes; 0 means all there are. (PBS has no such variable: it sets a
    /// control group.)
    fn slurm_memory(&self) -> Option<u64> {
        let of_cores = || Some(self.number("SLURM_MEM_PER_CPU")? * self.number("SLURM_CPUS_ON_NODE")?);
        self.number("SLURM_MEM_PER_NODE").or_else(of_cores).filter(|&mebibytes| mebibytes > 0).map(|count| count << 20)
    }

    /// The lowest limit of the control groups that this process is in, of either version.
    fn control_group_memory(&self) -> Option<u64> {
        let limits = self.control_group_files("memory", "memory.max", "memory.limit_in_bytes");
        limits.filter_map(|text| text.trim().parse().ok()).filter(|&bytes| bytes < UNLIMITED_BYTES).min()
    }

    /// Cores that control groups allow this process in the mean, rounded up.
    fn cpu_quota(&self) -> Option<u64> {
        let second_version = self.control_group_files("cpu", "cpu.max", "").filter_map(|text| {
            let (quota, period) = text.trim().split_once(' ')?;
            Some(quota.parse::<u64>().ok()?.div_ceil(period.parse::<u64>().ok()?.max(1)))
        });
        second_version.min()
    }

    /// Texts of a limit's file in every control group from that of this process up to the root. A container sees its
    /// own group as the root, whatever path the kernel tells.
    fn control_group_files(&self, controller: &str, second: &str, first: &str) -> impl Iterator<Item = String> {
        let groups = (self.file)(Path::new("/proc/self/cgroup")).unwrap_or_default();
        let files = groups.lines().filter_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            let (controllers, group) = (parts.next()?, parts.next()?.trim_start_matches('/'));
            let (root, file) = if controllers.is_empty() {
                (PathBuf::from("/sys/fs/cgroup"), second)
            } else if controllers.split(',').any(|name| name == controller) && !first.is_empty() {
                (Path::new("/sys/fs/cgroup").join(controller), first)
            } else {
                return None;
            };
            let groups: Vec<PathBuf> = Path::new(group).ancestors().map(|group| root.join(group).join(file)).collect();
            Some(groups)
        });
        files.flatten().filter_map(|path| (self.file)(&path)).collect::<Vec<_>>().into_iter()
    }

    pub(super) fn scratch_directory(&self) -> PathBuf {
        let named = ["SLURM_TMPDIR", "PBS_JOBFS", "TMPDIR"].into_iter().find_map(|name| self.text(name));
        named.map_or_else(|| PathBuf::from("/tmp"), PathBuf::from)
    }

    pub(super) fn job(&self) -> Option<String> {
        let slurm = self.text("SLURM_JOB_ID").map(|id| format!("slurm {id}"));
        slurm.or_else(|| self.text("PBS_JOBID").map(|id| format!("pbs {id}")))
    }
}

/// `MemTotal` of `/proc/meminfo`, which counts kibibytes.
fn memory_total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}
