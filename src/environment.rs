//! What this process was given: its place among the ranks, its cores, its memory, its batch job.
//!
//! Nobody tells a rank these things directly; they are read from the affinity mask, control groups, and the variables that
//! MPI launchers, Slurm and PBS set. [`Environment::from_sources`] is a pure function of those, so that tests can stand in
//! for any machine; [`Environment::detect`] reads the real ones. Nothing here decides how they are used beyond defaults
//! that leave room for others: users override them with `--threads` and `--memory`.

use std::fmt;
use std::path::{Path, PathBuf};

/// Part of the memory limit that a rank uses by default, in percent: the rest is for the program itself, the MPI library
/// and the page cache, without which reads stall.
const MEMORY_PERCENT: u64 = 85;

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

impl Sources<'_> {
    fn text(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|text| !text.is_empty())
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.trim().parse().ok()
    }

    /// The innermost launcher's word, or a process on its own.
    fn ranks(&self) -> Ranks {
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
    fn threads(&self, ranks: Ranks, rank_zero_computes: bool) -> usize {
        let sharers = if rank_zero_computes { ranks.local_count } else { ranks.local_workers() };
        let threads = if self.is_bound(ranks) { self.mask() } else { self.mask().min(self.node_cores() / sharers) };
        let asked = self.number("SLURM_CPUS_PER_TASK").filter(|_| ranks.count > 1);
        asked.map_or(threads, |cores| threads.min(cores as usize)).max(1)
    }

    /// Whether each of the node's ranks has many cores.
    fn are_wide(&self, ranks: Ranks) -> bool {
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
    fn node_cores(&self) -> usize {
        let of_pbs = self.number("NCPUS").or_else(|| self.number("PBS_NUM_PPN"));
        let limits = [self.cpu_quota(), of_pbs.filter(|&cores| cores > 0 && self.text("PBS_JOBID").is_some())];
        let mask = self.mask_cores.max(self.parent_mask_cores).max(1);
        limits.into_iter().flatten().fold(mask, |cores, limit| cores.min(limit as usize))
    }

    /// Memory of the node that the job may use, and what says so: the lowest of all limits.
    fn node_memory(&self) -> (u64, MemorySource) {
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

    fn scratch_directory(&self) -> PathBuf {
        let named = ["SLURM_TMPDIR", "PBS_JOBFS", "TMPDIR"].into_iter().find_map(|name| self.text(name));
        named.map_or_else(|| PathBuf::from("/tmp"), PathBuf::from)
    }

    fn job(&self) -> Option<String> {
        let slurm = self.text("SLURM_JOB_ID").map(|id| format!("slurm {id}"));
        slurm.or_else(|| self.text("PBS_JOBID").map(|id| format!("pbs {id}")))
    }
}

/// `MemTotal` of `/proc/meminfo`, which counts kibibytes.
fn memory_total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    const GIB: u64 = 1 << 30;

    /// A machine of 64 GiB whose process has these variables, files and masks.
    fn environment(variables: &[(&str, &str)], files: &[(&str, &str)], mask: usize, parent: usize) -> Environment {
        environment_where(None, variables, files, mask, parent)
    }

    fn environment_where(
        rank_zero_computes: Option<bool>,
        variables: &[(&str, &str)],
        files: &[(&str, &str)],
        mask: usize,
        parent: usize,
    ) -> Environment {
        let variables: HashMap<&str, &str> = variables.iter().copied().collect();
        let files: HashMap<&Path, &str> = files.iter().map(|(path, text)| (Path::new(*path), *text)).collect();
        let machine = "MemTotal:       67108864 kB\nMemFree:  1 kB\n";
        let sources = Sources {
            variable: &|name| variables.get(name).map(|text| (*text).to_owned()),
            file: &|path| match path.to_str() {
                Some("/proc/meminfo") => Some(machine.to_owned()),
                _ => files.get(path).map(|text| (*text).to_owned()),
            },
            mask_cores: mask,
            parent_mask_cores: parent,
        };
        Environment::from_sources(&sources, rank_zero_computes)
    }

    fn open_mpi<'a>(rank: &'a str, count: &'a str) -> [(&'static str, &'a str); 4] {
        [
            ("OMPI_COMM_WORLD_RANK", rank),
            ("OMPI_COMM_WORLD_SIZE", count),
            ("OMPI_COMM_WORLD_LOCAL_RANK", rank),
            ("OMPI_COMM_WORLD_LOCAL_SIZE", count),
        ]
    }

    #[test]
    fn a_process_on_its_own_takes_its_mask_and_most_of_the_memory() {
        let found = environment(&[], &[], 8, 8);
        assert_eq!((found.ranks, found.thread_count), (Ranks::ALONE, 8));
        assert_eq!((found.memory_bytes, found.memory_source), (64 * GIB / 100 * 85, MemorySource::Machine));
    }

    #[test]
    fn ranks_that_share_a_mask_divide_it_among_the_workers() {
        assert_eq!(environment(&open_mpi("2", "4"), &[], 12, 12).thread_count, 4);
        assert_eq!(environment(&open_mpi("1", "4"), &[], 2, 2).thread_count, 1);
        assert_eq!(environment(&open_mpi("0", "1"), &[], 12, 12).thread_count, 12);
    }

    #[test]
    fn bound_ranks_keep_their_own_cores() {
        assert_eq!(environment(&open_mpi("1", "4"), &[], 4, 16).thread_count, 4);
        // Two of four ranks bound to each of two sockets.
        let variables = [("PMI_RANK", "9"), ("PMI_SIZE", "16"), ("MPI_LOCALRANKID", "1"), ("MPI_LOCALNRANKS", "4")];
        assert_eq!(environment(&variables, &[], 16, 32).thread_count, 8);
    }

    #[test]
    fn rank_zero_computes_where_cores_would_idle() {
        let computes = |environment: Environment| environment.rank_zero_computes;
        let on_its_own_node = [
            ("OMPI_COMM_WORLD_RANK", "0"),
            ("OMPI_COMM_WORLD_SIZE", "4"),
            ("OMPI_COMM_WORLD_LOCAL_RANK", "0"),
            ("OMPI_COMM_WORLD_LOCAL_SIZE", "1"),
        ];
        assert!(computes(environment(&on_its_own_node, &[], 1, 1)));
        assert!(!computes(environment(&open_mpi("0", "1"), &[], 64, 64)));
        // Four ranks of two cores each, and of sixteen; where they share a mask, rank 0's part is then not the others'.
        assert!(!computes(environment(&open_mpi("0", "4"), &[], 2, 8)));
        assert!(computes(environment(&open_mpi("0", "4"), &[], 16, 64)));
        let sharing = environment(&open_mpi("0", "4"), &[], 64, 64);
        assert_eq!((sharing.rank_zero_computes, sharing.thread_count), (true, 16));
        let sharing = environment(&open_mpi("0", "4"), &[], 28, 28);
        assert_eq!((sharing.rank_zero_computes, sharing.thread_count), (false, 9));
        // Where it is said, cores are divided accordingly.
        let said = environment_where(Some(true), &open_mpi("0", "4"), &[], 8, 8);
        assert_eq!((said.rank_zero_computes, said.thread_count), (true, 2));
        let said = environment_where(Some(false), &open_mpi("1", "3"), &[], 64, 64);
        assert_eq!((said.rank_zero_computes, said.thread_count), (false, 32));
    }

    #[test]
    fn slurm_steps_count_their_tasks_by_node() {
        let variables = [
            ("SLURM_JOB_ID", "4711"),
            ("SLURM_PROCID", "5"),
            ("SLURM_STEP_NUM_TASKS", "7"),
            ("SLURM_LOCALID", "1"),
            ("SLURM_NODEID", "2"),
            ("SLURM_STEP_TASKS_PER_NODE", "2(x3),1"),
            ("SLURM_MEM_PER_NODE", "32768"),
            ("SLURM_CPUS_PER_TASK", "6"),
        ];
        let found = environment(&variables, &[], 24, 24);
        assert_eq!(found.ranks, Ranks { rank: 5, count: 7, local_rank: 1, local_count: 2 });
        assert_eq!((found.thread_count, found.memory_source), (6, MemorySource::Slurm));
        assert_eq!(found.memory_bytes, 32 * GIB / 100 * 85 / 2);
        assert_eq!(found.job.as_deref(), Some("slurm 4711"));
    }

    #[test]
    fn a_batch_script_is_one_process() {
        let variables = [("SLURM_PROCID", "0"), ("SLURM_NTASKS", "8"), ("SLURM_MEM_PER_CPU", "1024")];
        let found = environment(&[&variables[..], &[("SLURM_CPUS_ON_NODE", "4")]].concat(), &[], 4, 4);
        assert_eq!((found.ranks, found.memory_bytes), (Ranks::ALONE, 4 * GIB / 100 * 85));
    }

    #[test]
    fn pbs_says_how_many_cores_are_the_jobs() {
        let variables = [("PBS_JOBID", "12.server"), ("NCPUS", "4"), ("PBS_JOBFS", "/jobfs/12"), ("TMPDIR", "/tmp/me")];
        let found = environment(&variables, &[], 64, 64);
        assert_eq!(found.scratch_directory, PathBuf::from("/jobfs/12"));
        assert_eq!((found.thread_count, found.job.as_deref()), (4, Some("pbs 12.server")));
        let torque = [("PBS_JOBID", "12.server"), ("PBS_NUM_PPN", "8")];
        assert_eq!(environment(&torque, &[], 64, 64).node_cores, 8);
    }

    #[test]
    fn the_lowest_control_group_on_the_way_up_counts() {
        let second = [
            ("/proc/self/cgroup", "0::/system.slice/job/step\n"),
            ("/sys/fs/cgroup/system.slice/job/step/memory.max", "max\n"),
            ("/sys/fs/cgroup/system.slice/job/memory.max", "2147483648\n"),
            ("/sys/fs/cgroup/system.slice/memory.max", "4294967296\n"),
            ("/sys/fs/cgroup/system.slice/cpu.max", "150000 100000\n"),
        ];
        let found = environment(&[], &second, 8, 8);
        assert_eq!((found.memory_bytes, found.memory_source), (2 * GIB / 100 * 85, MemorySource::ControlGroup));
        assert_eq!(found.thread_count, 2);
        let first = [
            ("/proc/self/cgroup", "5:cpu,cpuacct:/\n4:memory:/not/seen/inside\n0::/\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n"),
        ];
        assert_eq!(environment(&[], &first, 8, 8).memory_bytes, GIB / 100 * 85);
        let unlimited = [
            ("/proc/self/cgroup", "4:memory:/\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ];
        assert_eq!(environment(&[], &unlimited, 8, 8).memory_source, MemorySource::Machine);
    }
}
