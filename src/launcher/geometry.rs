//! Whether a job can be what it is to be: its ranks and threads on a node, a site's limits, and what each batch system knows.
//!
//! All faults are found at once, each with what to do about it, before anything is submitted.

use super::{BatchKind, JobSpec, MpiLauncher, walltime};
use bytesize::ByteSize;

/// Memory of a rank below which the program itself hardly fits.
const LEAST_RANK_BYTES: u64 = 64 << 20;

/// The longest time before its end at which Slurm tells a job of it (sbatch(1), `--signal`).
const LONGEST_WARNING_SECONDS: u64 = 65_535;

/// What is known of the place where a job is to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The site or queue whose limits these are, for messages.
    pub name: String,
    /// Cores of a node.
    pub cores: Option<u32>,
    /// Memory of a node.
    pub memory_bytes: Option<u64>,
    /// Nodes that a job must have.
    pub min_nodes: Option<u32>,
    /// Nodes that a job may have.
    pub max_nodes: Option<u32>,
    /// Walltime that a job may have.
    pub max_walltime_seconds: Option<u64>,
}

/// Why a job can't be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Ranks and threads need more cores than there are.
    #[error("{ranks} ranks of {threads} threads need {} cores, and a node of {place} has {cores}", u64::from(*ranks) * u64::from(*threads))]
    Cores {
        /// Ranks on a node.
        ranks: u32,
        /// Threads of a rank.
        threads: u32,
        /// Cores of a node.
        cores: u32,
        /// Where.
        place: String,
    },
    /// A node has less memory.
    #[error("{} of memory are asked for, and a node of {place} has {}", size(*asked), size(*there))]
    Memory {
        /// What was asked for.
        asked: u64,
        /// What there is.
        there: u64,
        /// Where.
        place: String,
    },
    /// A rank gets next to nothing.
    #[error("{} for a node leave a rank {}", size(*node), size(*rank))]
    RankMemory {
        /// Memory of a node.
        node: u64,
        /// Memory of a rank.
        rank: u64,
    },
    /// Too few or too many nodes.
    #[error("{place} takes jobs of {} nodes, not of {asked}", range(*least, *most))]
    Nodes {
        /// What was asked for.
        asked: u32,
        /// The least.
        least: Option<u32>,
        /// The most.
        most: Option<u32>,
        /// Where.
        place: String,
    },
    /// Too long.
    #[error("{place} lets jobs run for {most}, not for {asked}")]
    Walltime {
        /// What was asked for.
        asked: String,
        /// The most.
        most: String,
        /// Where.
        place: String,
    },
    /// Too short to stop in time.
    #[error(
        "a walltime of {walltime_seconds} s leaves nothing to compute in: stopping may take {grace_seconds} s of it"
    )]
    Grace {
        /// The walltime.
        walltime_seconds: u64,
        /// What stopping may take, and submitting again.
        grace_seconds: u64,
        /// Whose seconds they are.
        kind: BatchKind,
    },
    /// Longer than a batch system can be asked to tell a job of its end.
    #[error("a grace of {grace_seconds} s is more than the {most} s that can be asked for")]
    LongGrace {
        /// What was asked for.
        grace_seconds: u64,
        /// The most.
        most: u64,
    },
    /// The launcher isn't this batch system's.
    #[error("srun is Slurm's, and the job is for {kind}")]
    ForeignLauncher {
        /// The batch system.
        kind: BatchKind,
    },
    /// Several ranks, and nothing to start them.
    #[error("{ranks} ranks need a launcher")]
    NoLauncher {
        /// Ranks.
        ranks: u64,
    },
    /// PBS knows no such thing.
    #[error("{kind} knows no {what}")]
    Unknown {
        /// The batch system.
        kind: BatchKind,
        /// What it doesn't know.
        what: &'static str,
    },
    /// The name can't be that of a directory and a job.
    #[error("'{name}' can't be the name of a job")]
    Name {
        /// The name.
        name: String,
    },
    /// The indices aren't in the batch system's form.
    #[error("{message}")]
    Array {
        /// What is wrong.
        message: String,
    },
    /// Variables in a path that could be anything.
    #[error("'{scratch}' can't be a directory of scratch")]
    Scratch {
        /// The path.
        scratch: String,
    },
}

impl Fault {
    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Fault::Cores { ranks, threads, cores, .. } => {
                let fitting = (cores / ranks).max(1);
                if *ranks <= *cores {
                    format!("ask for --threads {fitting}, or --ranks-per-node {}", (cores / threads).max(1))
                } else {
                    format!("ask for --ranks-per-node {} at most, and more --nodes", cores)
                }
            }
            Fault::Memory { there, .. } => {
                format!("ask for --memory {} at most, or for a queue of larger nodes", argument(*there))
            }
            Fault::RankMemory { .. } => "ask for more --memory, or for fewer --ranks-per-node".to_owned(),
            Fault::Nodes { asked, most: Some(most), .. } if asked > most => {
                format!("ask for --nodes {most} at most, or for another --queue")
            }
            Fault::Nodes { least, .. } => {
                format!("ask for --nodes {} at least, or for another --queue", least.unwrap_or(1))
            }
            Fault::Walltime { most, .. } => {
                format!("ask for --time {most}: the job is submitted again when that is over, and goes on (--attempts)")
            }
            Fault::Grace { kind: BatchKind::Slurm, .. } => "ask for a longer --time, or a shorter --grace".to_owned(),
            Fault::Grace { .. } => {
                "ask for a longer --time (for PBS a plain number counts seconds: 30min, 00:30:00), or a shorter --grace"
                    .to_owned()
            }
            Fault::LongGrace { .. } => {
                "ask for a shorter --grace: stopping takes as long as the longest task".to_owned()
            }
            Fault::ForeignLauncher { .. } => "ask for --launcher mpirun, mpiexec, intelmpi or pals".to_owned(),
            Fault::NoLauncher { .. } => {
                "ask for --launcher mpirun, say, or for --nodes 1 --ranks-per-node 1".to_owned()
            }
            Fault::Unknown { what: "quality of service", .. } => {
                "sites have it in the queue (--queue), or as a resource of their own: --directive '-l NAME=VALUE'"
                    .to_owned()
            }
            Fault::Unknown { .. } => "leave it out".to_owned(),
            Fault::Name { .. } => {
                "letters, digits, '.', '_' and '-', the first a letter or digit, no more than 100: --name NAME"
                    .to_owned()
            }
            Fault::Array { .. } => "submit several arrays, or one of all indices".to_owned(),
            Fault::Scratch { .. } => {
                "a path, in which variables of the job may stand, as in /local/$SLURM_JOB_ID".to_owned()
            }
        }
    }
}

/// All that is wrong with a job.
pub fn faults(job: &JobSpec, kind: BatchKind, place: &Place) -> Vec<Fault> {
    let mut faults = Vec::new();
    let name = place.name.clone();
    if !is_name(&job.name) {
        faults.push(Fault::Name { name: job.name.clone() });
    }
    if let Some(cores) = place.cores.filter(|&cores| job.cores_per_node() > u64::from(cores)) {
        faults.push(Fault::Cores { ranks: job.ranks_per_node, threads: job.threads, cores, place: name.clone() });
    }
    if place.max_nodes.is_some_and(|most| job.nodes > most) || place.min_nodes.is_some_and(|least| job.nodes < least) {
        let (least, most) = (place.min_nodes, place.max_nodes);
        faults.push(Fault::Nodes { asked: job.nodes, least, most, place: name.clone() });
    }
    faults.extend(memory_faults(job, place));
    faults.extend(time_faults(job, kind, place));
    if job.launcher == MpiLauncher::Srun && kind != BatchKind::Slurm {
        faults.push(Fault::ForeignLauncher { kind });
    }
    if job.launcher == MpiLauncher::None && job.ranks() > 1 {
        faults.push(Fault::NoLauncher { ranks: job.ranks() });
    }
    if job.qos.is_some() && kind == BatchKind::Pbs {
        faults.push(Fault::Unknown { kind, what: "quality of service" });
    }
    if let Some(error) = job.array.as_ref().and_then(|array| array.told(kind).err()) {
        faults.push(Fault::Array { message: error.to_string() });
    }
    let is_path = |text: &String| {
        !text.is_empty() && text.chars().all(|character| character.is_alphanumeric() || "/._-${}".contains(character))
    };
    if let Some(scratch) = job.scratch.clone().filter(|text| !is_path(text)) {
        faults.push(Fault::Scratch { scratch });
    }
    faults
}

fn memory_faults(job: &JobSpec, place: &Place) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let (Some(asked), Some(there)) = (job.memory_bytes, place.memory_bytes)
        && asked > there
    {
        faults.push(Fault::Memory { asked, there, place: place.name.clone() });
    }
    if let (Some(node), Some(rank)) = (job.memory_bytes, job.rank_memory_bytes())
        && rank < LEAST_RANK_BYTES
    {
        faults.push(Fault::RankMemory { node, rank });
    }
    faults
}

fn time_faults(job: &JobSpec, kind: BatchKind, place: &Place) -> Vec<Fault> {
    let mut faults = Vec::new();
    let most = LONGEST_WARNING_SECONDS - job.margin_seconds();
    if job.grace_seconds > most {
        faults.push(Fault::LongGrace { grace_seconds: job.grace_seconds, most });
        return faults;
    }
    let Some(walltime_seconds) = job.walltime_seconds else { return faults };
    if let Some(most) = place.max_walltime_seconds.filter(|&most| walltime_seconds > most) {
        let (asked, most) = (walltime::format(walltime_seconds, kind), walltime::format(most, kind));
        faults.push(Fault::Walltime { asked, most, place: place.name.clone() });
    }
    let grace_seconds = job.grace_seconds + job.margin_seconds();
    if grace_seconds >= walltime_seconds {
        faults.push(Fault::Grace { walltime_seconds, grace_seconds, kind });
    }
    faults
}

/// Whether a text can be the name of a job, of its directory, and stand in a comment.
fn is_name(name: &str) -> bool {
    let is_allowed = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    name.len() <= 100 && name.starts_with(|first: char| first.is_ascii_alphanumeric()) && name.chars().all(is_allowed)
}

fn size(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string()
}

/// A size as an option takes it, rounded down.
fn argument(bytes: u64) -> String {
    format!("{}MiB", bytes >> 20)
}

fn range(least: Option<u32>, most: Option<u32>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("{least} and more"),
        (None, Some(most)) => format!("up to {most}"),
        (None, None) => "any number of".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: BatchKind, change: impl FnOnce(&mut JobSpec)) -> Vec<Fault> {
        let mut job = JobSpec::example();
        change(&mut job);
        let place = Place {
            name: "short".to_owned(),
            cores: Some(8),
            memory_bytes: Some(8 << 30),
            min_nodes: Some(2),
            max_nodes: Some(4),
            max_walltime_seconds: Some(7200),
        };
        faults(&job, kind, &place)
    }

    fn said(kind: BatchKind, change: impl FnOnce(&mut JobSpec)) -> (String, String) {
        let faults = found(kind, change);
        assert_eq!(faults.len(), 1, "{faults:?}");
        (faults[0].to_string(), faults[0].remedy())
    }

    #[test]
    fn a_job_that_fits_has_no_fault() {
        for kind in [BatchKind::Slurm, BatchKind::Pbs, BatchKind::Torque] {
            assert_eq!(found(kind, |_| {}), []);
        }
    }

    #[test]
    fn more_cores_than_a_node_has_are_refused() {
        let (fault, remedy) = said(BatchKind::Slurm, |job| job.threads = 16);
        assert_eq!(fault, "2 ranks of 16 threads need 32 cores, and a node of short has 8");
        assert_eq!(remedy, "ask for --threads 4, or --ranks-per-node 1");
        let most = found(BatchKind::Slurm, |job| (job.ranks_per_node, job.threads) = (u32::MAX, u32::MAX));
        assert!(most[0].to_string().contains("need 18446744065119617025 cores"), "{}", most[0]);
        assert!(said(BatchKind::Slurm, |job| job.ranks_per_node = 9).1.contains("--ranks-per-node 8 at most"));
    }

    #[test]
    fn limits_of_a_place_are_kept() {
        assert!(said(BatchKind::Slurm, |job| job.nodes = 5).1.contains("--nodes 4 at most"));
        assert!(said(BatchKind::Slurm, |job| job.nodes = 1).1.contains("--nodes 2 at least"));
        let (fault, remedy) = said(BatchKind::Pbs, |job| job.walltime_seconds = Some(86_400));
        assert_eq!(fault, "short lets jobs run for 02:00:00, not for 24:00:00");
        assert!(remedy.contains("--time 02:00:00") && remedy.contains("--attempts"));
        assert!(said(BatchKind::Slurm, |job| job.memory_bytes = Some(9 << 30)).1.contains("--memory 8192MiB"));
        assert!(said(BatchKind::Slurm, |job| job.memory_bytes = Some(100 << 20)).0.contains("leave a rank"));
    }

    #[test]
    fn a_walltime_leaves_time_to_stop() {
        let (fault, remedy) = said(BatchKind::Pbs, |job| job.walltime_seconds = Some(30));
        assert!(fault.starts_with("a walltime of 30 s leaves nothing") && remedy.contains("counts seconds"));
        for grace_seconds in [65_536, u64::MAX] {
            assert!(said(BatchKind::Slurm, |job| job.grace_seconds = grace_seconds).0.contains("65505 s"));
        }
    }

    #[test]
    fn what_a_batch_system_does_not_know_is_refused() {
        assert!(said(BatchKind::Pbs, |job| job.launcher = MpiLauncher::Srun).0.contains("srun is Slurm's"));
        assert!(said(BatchKind::Slurm, |job| job.launcher = MpiLauncher::None).0.contains("4 ranks need a launcher"));
        assert!(said(BatchKind::Pbs, |job| job.qos = Some("high".to_owned())).1.contains("--directive"));
        assert!(said(BatchKind::Pbs, |job| job.array = "1,3".parse().ok()).0.contains("PBS takes one range"));
        assert!(said(BatchKind::Slurm, |job| job.name = "../etc".to_owned()).0.contains("can't be the name"));
        assert!(said(BatchKind::Slurm, |job| job.scratch = Some("$(rm)".to_owned())).0.contains("scratch"));
    }
}
