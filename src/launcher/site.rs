//! A site: what a user of a machine would otherwise have to say for every job, and the limits that are known there.
//!
//! Whatever the command line says counts more than a site. [`super::Sites`] reads them.

use super::{BatchKind, JobSpec, MpiFamily, MpiLauncher};
use bytesize::ByteSize;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A machine's defaults and limits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// What it is, in a line.
    #[serde(default)]
    pub description: String,
    /// Where its facts come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// Beginnings of the names of its hosts: there it is the site without being named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Its batch system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<BatchKind>,
    /// What its nodes have and may be asked for, where no queue says otherwise.
    #[serde(flatten)]
    pub limits: Limits,
    /// MPI ranks on each node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranks_per_node: Option<u32>,
    /// Walltime of jobs that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Account, or project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The option of PBS that takes it: `-A` (the default) or `-P`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_option: Option<String>,
    /// Queue of jobs that name none and that none of `queues` fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// Quality of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qos: Option<String>,
    /// Features that nodes must have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// Whether nodes are a job's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive: Option<bool>,
    /// What starts the ranks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launcher: Option<MpiLauncher>,
    /// MPI library of its jobs, where that isn't the one that swath is built with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mpi: Option<MpiFamily>,
    /// Further arguments of the launcher.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub launcher_args: Vec<String>,
    /// Whether ranks and threads are bound to cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind: Option<bool>,
    /// Environment modules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<String>,
    /// Further directives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directives: Vec<String>,
    /// Beginnings of directives that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip_directives: Vec<String>,
    /// Lines of shell before the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prologue: Vec<String>,
    /// Lines of shell after the run has finished.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub epilogue: Vec<String>,
    /// Directory of each node for what memory doesn't hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scratch: Option<String>,
    /// How often a job may run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// A template of one's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<PathBuf>,
    /// Variables set in the job.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Queues, in the order in which they are tried for a job that names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<Queue>,
}

/// What nodes have, and what may be asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Cores of a node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores_per_node: Option<u32>,
    /// NUMA domains of a node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numa_per_node: Option<u32>,
    /// Memory of a node that jobs may have, as in `256GB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_per_node: Option<String>,
    /// Nodes that a job must have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_nodes: Option<u32>,
    /// Nodes that a job may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_nodes: Option<u32>,
    /// Walltime that a job may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_time: Option<String>,
}

/// A queue of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Name of the queue or partition.
    pub name: String,
    /// Quality of service that goes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qos: Option<String>,
    /// What it says otherwise than its site.
    #[serde(flatten)]
    pub limits: Limits,
}

/// What a queue is chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobSize {
    /// Nodes.
    pub nodes: u32,
    /// Walltime, where one is named.
    pub walltime_seconds: Option<u64>,
    /// Whose forms of walltimes the limits have.
    pub kind: BatchKind,
}

impl JobSize {
    /// That of a job.
    pub fn of(job: &JobSpec, kind: BatchKind) -> JobSize {
        JobSize { nodes: job.nodes, walltime_seconds: job.walltime_seconds, kind }
    }
}

impl Limits {
    /// Memory of a node, in bytes.
    pub fn memory_bytes(&self) -> Option<u64> {
        self.memory_per_node.as_deref()?.parse::<ByteSize>().ok().map(|size| size.as_u64())
    }

    /// The longest walltime, in seconds.
    pub fn max_time_seconds(&self, kind: BatchKind) -> Option<u64> {
        super::walltime::parse(self.max_time.as_deref()?, kind).ok()
    }

    /// These limits, and where they say nothing, others.
    fn or(&self, others: &Limits) -> Limits {
        Limits {
            cores_per_node: self.cores_per_node.or(others.cores_per_node),
            numa_per_node: self.numa_per_node.or(others.numa_per_node),
            memory_per_node: self.memory_per_node.clone().or_else(|| others.memory_per_node.clone()),
            min_nodes: self.min_nodes.or(others.min_nodes),
            max_nodes: self.max_nodes.or(others.max_nodes),
            max_time: self.max_time.clone().or_else(|| others.max_time.clone()),
        }
    }
}

impl Site {
    /// The first queue that takes a job of this size.
    pub fn queue_for(&self, size: JobSize) -> Option<&Queue> {
        self.queues.iter().find(|queue| self.takes(queue, size))
    }

    /// The queue of a name, and of a quality of service where one is named: the first such that takes a job of this size,
    /// or else the last, whose limits say why not.
    pub fn queue_named(&self, name: &str, qos: Option<&str>, size: JobSize) -> Option<&Queue> {
        let is_named = |queue: &&Queue| {
            queue.name == name && (qos.is_none() || queue.qos.is_none() || queue.qos.as_deref() == qos)
        };
        let mut named = self.queues.iter().filter(is_named);
        named.clone().find(|queue| self.takes(queue, size)).or_else(|| named.next_back())
    }

    fn takes(&self, queue: &Queue, size: JobSize) -> bool {
        let limits = queue.limits.or(&self.limits);
        let fits = |seconds: u64| limits.max_time_seconds(size.kind).is_none_or(|most| seconds <= most);
        limits.min_nodes.is_none_or(|least| size.nodes >= least)
            && limits.max_nodes.is_none_or(|most| size.nodes <= most)
            && size.walltime_seconds.is_none_or(fits)
    }

    /// The limits in a queue, or where none is named, of the site.
    pub fn limits_in(&self, queue: Option<&str>, qos: Option<&str>, size: JobSize) -> Limits {
        let queue = queue.and_then(|name| self.queue_named(name, qos, size));
        queue.map_or(self.limits.clone(), |queue| queue.limits.or(&self.limits))
    }

    /// What can't be, of what it says.
    pub(super) fn fault(&self) -> Option<String> {
        let kind = self.on.unwrap_or(BatchKind::Slurm);
        let all = || std::iter::once(&self.limits).chain(self.queues.iter().map(|queue| &queue.limits));
        let times = all().filter_map(|limits| limits.max_time.as_deref()).chain(self.time.as_deref());
        let time = times.filter_map(|text| super::walltime::parse(text, kind).err()).next();
        let memory = all().find(|limits| limits.memory_per_node.is_some() && limits.memory_bytes().is_none());
        let counts =
            |limits: &Limits| [("cores_per_node", limits.cores_per_node), ("numa_per_node", limits.numa_per_node)];
        let counts = all().flat_map(counts).chain([("ranks_per_node", self.ranks_per_node)]);
        let zero = counts.into_iter().find(|(_, count)| *count == Some(0));
        zero.map(|(name, _)| format!("{name} = 0 leaves nothing to run on"))
            .or_else(|| time.map(|error| error.to_string()))
            .or_else(|| memory.map(|limits| format!("memory_per_node = {:?} is no size", limits.memory_per_node)))
    }
}
