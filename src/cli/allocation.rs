//! What `swath run` says about what it was given: one line in a job, and the classic mistakes, before work is lost to them.
//!
//! That MPI finds another number of ranks than the launcher has started is for `runtime` to refuse; here is what can be told
//! before MPI starts.

use crate::environment::{Environment, MemorySource};
use crate::runtime::Description;
use bytesize::ByteSize;
use std::collections::BTreeSet;
use std::path::Path;

/// Where hosts of a Slurm cluster have its configuration.
const SLURM_CONFIGURATIONS: [&str; 2] = ["/etc/slurm/slurm.conf", "/run/slurm/conf/slurm.conf"];
/// Where hosts of a PBS complex have theirs; it says whether jobs run on the host.
const PBS_CONFIGURATION: &str = "/etc/pbs.conf";

/// Something about how the ranks were started that can't be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// The ranks of a node would be killed for their memory.
    #[error(
        "{ranks} rank{} of --memory {} are more than the {} that {} grants the node",
        plural(*ranks), size(*asked_bytes), size(*node_bytes), grants(*limit)
    )]
    Memory {
        /// Ranks on the node.
        ranks: usize,
        /// What each may take.
        asked_bytes: u64,
        /// What the node has for them.
        node_bytes: u64,
        /// What says so.
        limit: MemorySource,
    },
    /// Threads of a rank share cores to which the rank is bound.
    #[error("{threads} threads of a rank share {cores} core{}: the launcher has bound it there", plural(*cores))]
    BoundThreads {
        /// Threads of a rank.
        threads: usize,
        /// Cores that it may run on.
        cores: usize,
    },
    /// Ranks are bound to few of the cores that there are.
    #[error("{ranks} rank{} bound to {bound} core{} each leave most of the node's {cores} cores idle", plural(*ranks), plural(*bound))]
    IdleCores {
        /// Ranks on the node.
        ranks: usize,
        /// Cores of each.
        bound: usize,
        /// Cores of the node.
        cores: usize,
    },
    /// Ranks take each other's cores.
    #[error("{ranks} ranks share {cores} core{}", plural(*cores))]
    MoreRanksThanCores {
        /// Ranks on the node.
        ranks: usize,
        /// Cores of the node.
        cores: usize,
    },
    /// The ranks were given nothing by which they can find each other, or something that their MPI library may not know.
    #[error("srun has started {ranks} ranks {}", if *has_pmi { "with PMI, which Open MPI seldom knows" } else { "without an MPI interface (--mpi=none)" })]
    NoInterface {
        /// Ranks.
        ranks: usize,
        /// Whether it is PMI that they were given.
        has_pmi: bool,
    },
    /// It is a host that jobs are submitted from.
    #[error("this runs outside a job, on a host from which {system} jobs are submitted")]
    LoginNode {
        /// The batch system.
        system: &'static str,
    },
}

impl Mistake {
    /// Whether the run can't but fail.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Mistake::Memory { limit: MemorySource::ControlGroup | MemorySource::Slurm, .. })
    }

    /// What to do.
    pub fn remedy(&self) -> String {
        match self {
            Mistake::Memory { ranks, node_bytes, .. } => {
                format!(
                    "give each rank --memory {} at most, or leave it out",
                    size(node_bytes / 100 * 85 / *ranks as u64)
                )
            }
            Mistake::BoundThreads { threads, .. } => format!(
                "give it {threads}: srun --cpus-per-task={threads}, mpirun --map-by slot:PE={threads} (Open MPI), \
                 -bind-to core:{threads} (MPICH), or --bind-to none"
            ),
            Mistake::IdleCores { ranks, cores, .. } => {
                let each = (cores / ranks).max(1);
                format!(
                    "give each its part: srun --cpus-per-task={each}, mpirun --map-by slot:PE={each} (Open MPI), \
                     -bind-to core:{each} (MPICH), or --bind-to none"
                )
            }
            Mistake::MoreRanksThanCores { cores, .. } => format!("start {cores} ranks on a node at most"),
            Mistake::NoInterface { .. } => {
                "use srun --mpi=pmix, or pmi2 where the MPI library wants that (srun --mpi=list shows what there is)"
                    .to_owned()
            }
            Mistake::LoginNode { .. } => "swath submit runs the script on compute nodes".to_owned(),
        }
    }

    /// The mistake and the remedy, as a warning.
    pub fn warning(&self) -> String {
        format!("swath: warning: {self}\n  {}", self.remedy())
    }
}

/// Where facts about a start come from.
pub struct Start<'a> {
    /// What this process was given.
    pub environment: &'a Environment,
    /// Threads that this rank will have.
    pub threads: usize,
    /// Memory that it will take.
    pub memory_bytes: u64,
    /// The value of a variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The text of a small file.
    pub file: &'a dyn Fn(&Path) -> Option<String>,
    /// Whether the MPI library is Open MPI.
    pub is_open_mpi: bool,
}

impl Start<'_> {
    /// All mistakes, those first that can't but fail.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let mut found = Vec::new();
        found.extend(self.memory());
        found.extend(self.interface());
        found.extend(self.cores());
        found.extend(self.login_node());
        found
    }

    fn memory(&self) -> Option<Mistake> {
        let Environment { ranks, node_memory_bytes: node_bytes, memory_source: limit, .. } = *self.environment;
        let (ranks, asked_bytes) = (ranks.local_count, self.memory_bytes);
        let is_known = limit != MemorySource::Unknown;
        (is_known && asked_bytes.saturating_mul(ranks as u64) > node_bytes).then_some(Mistake::Memory {
            ranks,
            asked_bytes,
            node_bytes,
            limit,
        })
    }

    /// Ranks of srun have a variable of PMIx or PMI, or can only be strangers to each other. (MPI libraries that are bound to
    /// Slurm's own first PMI need none, so this is no certainty.)
    fn interface(&self) -> Option<Mistake> {
        let has = |name: &str| (self.variable)(name).is_some();
        let is_srun = has("SLURM_STEP_NUM_TASKS") && has("SLURM_PROCID") && !has("OMPI_COMM_WORLD_SIZE");
        let ranks = self.environment.ranks.count;
        let has_pmi = has("PMI_RANK") || has("PMI_FD");
        let is_alone = !has("PMIX_RANK") && !has("PALS_RANKID") && (!has_pmi || self.is_open_mpi);
        (ranks > 1 && is_srun && is_alone).then_some(Mistake::NoInterface { ranks, has_pmi })
    }

    fn cores(&self) -> Option<Mistake> {
        let Environment { ranks, core_count: bound, node_cores: cores, .. } = *self.environment;
        let (ranks, threads) = (ranks.local_count, self.threads);
        if threads > bound && bound < cores {
            return Some(Mistake::BoundThreads { threads, cores: bound });
        }
        if ranks > 1 && ranks > cores {
            return Some(Mistake::MoreRanksThanCores { ranks, cores });
        }
        let is_bound = self.environment.ranks.count > 1 && bound * ranks < cores;
        (is_bound && threads * ranks * 2 <= cores).then_some(Mistake::IdleCores { ranks, bound, cores })
    }

    fn login_node(&self) -> Option<Mistake> {
        if self.environment.job.is_some() {
            return None;
        }
        let is_there = |path: &str| (self.file)(Path::new(path)).is_some();
        if (self.variable)("SLURM_CONF").is_some() || SLURM_CONFIGURATIONS.into_iter().any(is_there) {
            return Some(Mistake::LoginNode { system: "Slurm" });
        }
        let pbs = (self.file)(Path::new(PBS_CONFIGURATION))?;
        let runs_jobs = pbs.lines().any(|line| line.trim() == "PBS_START_MOM=1");
        (!runs_jobs).then_some(Mistake::LoginNode { system: "PBS" })
    }
}

/// What a run has, in a line, told on this node by rank 0; `None` for one process outside a job, which has what the machine
/// has.
pub fn line(environment: &Environment, description: &Description, node: &str, memory_bytes: u64) -> Option<String> {
    let (ranks, workers, threads) = (description.ranks, description.workers, description.threads_per_worker);
    if ranks == 1 && environment.job.is_none() {
        return None;
    }
    // Where rank 0 only schedules, it may have its node to itself.
    let nodes = description.nodes.iter().map(String::as_str).chain([node]).collect::<BTreeSet<_>>().len();
    let compute = if workers < ranks { format!(" ({workers} compute)") } else { String::new() };
    let job = environment.job.as_ref().map_or(String::new(), |job| format!("; {job}"));
    let each = if ranks == 1 { "" } else { " each" };
    Some(format!(
        "swath: {nodes} node{}, {ranks} rank{}{compute}, {threads} thread{} and {} of memory{each}{job}",
        plural(nodes),
        plural(ranks),
        plural(threads),
        size(memory_bytes),
    ))
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn size(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string().replace(' ', "")
}

fn grants(limit: MemorySource) -> &'static str {
    match limit {
        MemorySource::ControlGroup => "the control group",
        MemorySource::Slurm => "Slurm",
        MemorySource::Machine | MemorySource::Unknown => "the machine",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Ranks;

    const GIB: u64 = 1 << 30;

    /// The third of so many ranks on a node of 16 cores and 64 GiB, bound to so many cores.
    fn environment(local_count: usize, bound: usize) -> Environment {
        Environment {
            ranks: Ranks { rank: 2, count: 8, local_rank: 2, local_count },
            core_count: bound,
            thread_count: bound,
            rank_zero_computes: false,
            memory_bytes: GIB,
            memory_source: MemorySource::ControlGroup,
            node_cores: 16,
            node_memory_bytes: 64 * GIB,
            job: Some("slurm 7".to_owned()),
            scratch_directory: "/tmp".into(),
        }
    }

    fn mistakes(environment: &Environment, threads: usize, memory_bytes: u64, variables: &[&str]) -> Vec<Mistake> {
        let variable = |name: &str| variables.contains(&name).then(|| "1".to_owned());
        Start { environment, threads, memory_bytes, variable: &variable, file: &|_| None, is_open_mpi: true }.mistakes()
    }

    #[test]
    fn a_start_as_it_should_be_has_no_mistake() {
        assert_eq!(mistakes(&environment(4, 4), 4, 12 * GIB, &[]), []);
        assert_eq!(
            mistakes(&environment(4, 16), 5, 12 * GIB, &["SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "PMIX_RANK"]),
            []
        );
    }

    #[test]
    fn more_memory_than_the_control_group_has_is_refused() {
        let found = mistakes(&environment(4, 4), 4, 20 * GIB, &[]);
        assert!(
            found[0].is_fatal() && found[0].remedy().contains("--memory 13.6GiB"),
            "{found:?} {}",
            found[0].remedy()
        );
        assert!(found[0].to_string().contains("4 ranks of --memory 20.0GiB"), "{}", found[0]);
    }

    #[test]
    fn threads_that_are_piled_on_a_core_and_cores_that_idle_are_told() {
        let piled = mistakes(&environment(4, 1), 4, GIB, &[]);
        assert_eq!(piled, [Mistake::BoundThreads { threads: 4, cores: 1 }]);
        let idle = mistakes(&environment(4, 1), 1, GIB, &[]);
        assert_eq!(idle, [Mistake::IdleCores { ranks: 4, bound: 1, cores: 16 }]);
        assert!(idle[0].remedy().contains("--cpus-per-task=4"));
        let crowded = Environment { node_cores: 2, ..environment(4, 2) };
        assert_eq!(mistakes(&crowded, 1, GIB, &[]), [Mistake::MoreRanksThanCores { ranks: 4, cores: 2 }]);
    }

    #[test]
    fn ranks_of_srun_without_an_interface_are_told() {
        let found = mistakes(&environment(4, 4), 4, GIB, &["SLURM_PROCID", "SLURM_STEP_NUM_TASKS"]);
        assert_eq!(found, [Mistake::NoInterface { ranks: 8, has_pmi: false }]);
        let found = mistakes(&environment(4, 4), 4, GIB, &["SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "PMI_RANK"]);
        assert_eq!(found, [Mistake::NoInterface { ranks: 8, has_pmi: true }]);
    }

    #[test]
    fn a_host_of_a_cluster_outside_a_job_is_a_login_node() {
        let outside = Environment { job: None, ranks: Ranks::ALONE, ..environment(1, 16) };
        let system = |path: &str, text: &str| {
            let file = |asked: &Path| (asked == Path::new(path)).then(|| text.to_owned());
            let start = Start {
                environment: &outside,
                threads: 16,
                memory_bytes: GIB,
                variable: &|_| None,
                file: &file,
                is_open_mpi: true,
            };
            start.mistakes()
        };
        assert_eq!(system("/etc/slurm/slurm.conf", ""), [Mistake::LoginNode { system: "Slurm" }]);
        assert_eq!(system("/etc/pbs.conf", "PBS_SERVER=a\nPBS_START_MOM=0\n"), [Mistake::LoginNode { system: "PBS" }]);
        assert_eq!(system("/etc/pbs.conf", "PBS_START_MOM=1\n"), []);
        assert_eq!(mistakes(&Environment { job: Some("slurm 1".to_owned()), ..outside }, 16, GIB, &["SLURM_CONF"]), []);
    }

    #[test]
    fn the_line_tells_what_a_job_has() {
        let description = Description {
            ranks: 4,
            workers: 3,
            threads_per_worker: 8,
            memory_bytes: GIB,
            nodes: vec!["n1".to_owned(), "n2".to_owned()],
        };
        let said = line(&environment(2, 8), &description, "n1", 12 * GIB).unwrap();
        assert_eq!(said, "swath: 2 nodes, 4 ranks (3 compute), 8 threads and 12.0GiB of memory each; slurm 7");
        let alone = Environment { job: None, ..environment(1, 8) };
        assert_eq!(line(&alone, &Description { ranks: 1, ..description }, "n1", GIB), None);
    }
}
