//! A job from options, a site, and what the batch system says of its nodes.

use super::Ended;
use super::job_arguments::{BatchName, JobArguments};
use super::job_dependencies::dependencies;
use super::job_launcher::job_launcher;
use super::output::complain;
use crate::launcher::geometry::{self, Place};
use crate::launcher::site::{JobSize, Limits};
use crate::launcher::{self, BatchKind, JobDirectory, JobSpec, Node, Site, Sites, walltime};
use anyhow::{Context, anyhow};
use clap::Args;
use std::path::{Path, PathBuf};

/// How often a job may run where nobody says: a week of days.
const ATTEMPTS: u32 = 7;
/// Time that stopping may take where nobody says, at most.
const GRACE_SECONDS: u64 = 60;

/// A job that can be submitted.
pub struct JobRequest {
    /// The job.
    pub job: JobSpec,
    /// Whose it is.
    pub kind: BatchKind,
    /// Where it runs.
    pub working_directory: PathBuf,
    /// The binary that it runs.
    pub swath: PathBuf,
    /// The template of the user's own, with its name.
    pub template: Option<(String, String)>,
    /// Memory that a rank will have, where that is known.
    pub rank_bytes: Option<u64>,
}

/// Makes a job of what was asked for.
///
/// # Errors
/// Where it can't be: all faults that are found, each with what to do about it.
pub fn job_request(arguments: &JobArguments) -> Result<JobRequest, Ended> {
    let (site_name, site) = find_site(arguments)?;
    let kind = batch_kind(arguments.on, &site)?;
    let working_directory = std::env::current_dir().context("can't tell the working directory")?;
    let mut request = Request { arguments, site: &site, kind, node: None };
    let job = request.job(site_name, &working_directory)?;
    let limits = site.limits_in(job.queue.as_deref(), job.qos.as_deref(), JobSize::of(&job, kind));
    let place = request.place(&job, &limits);
    let faults = geometry::faults(&job, kind, &place);
    if !faults.is_empty() {
        let lines: Vec<String> = faults.iter().map(|fault| format!("{fault}\n  {}", fault.remedy())).collect();
        return Err(Ended::Failed(anyhow!(lines.join("\nswath: "))));
    }
    let of_node = place.memory_bytes.map(|bytes| bytes / u64::from(job.ranks_per_node));
    let rank_bytes = job.rank_memory_bytes().or(of_node);
    let swath = std::env::current_exe().context("can't tell where swath is")?;
    let template = arguments.template.clone().or_else(|| site.template.clone());
    let template = template.map(|path| {
        let text = std::fs::read_to_string(&path).with_context(|| format!("can't read template {}", path.display()))?;
        anyhow::Ok((path.display().to_string(), text))
    });
    Ok(JobRequest { job, kind, working_directory, swath, template: template.transpose()?, rank_bytes })
}

/// The site that was named, or that of this host; else one that says nothing.
fn find_site(arguments: &JobArguments) -> Result<(Option<String>, Site), Ended> {
    let sites = Sites::read(&Sites::files()).map_err(anyhow::Error::from)?;
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let found = match &arguments.site {
        Some(name) => Some(sites.named(name).map_err(anyhow::Error::from)?),
        None => sites.of_host(&host),
    };
    Ok(found.map_or((None, Site::default()), |found| (Some(found.name.clone()), found.site.clone())))
}

fn batch_kind(named: Option<BatchName>, site: &Site) -> Result<BatchKind, Ended> {
    let named = named.map(|name| match name {
        BatchName::Slurm => BatchKind::Slurm,
        BatchName::Pbs => BatchKind::Pbs,
        BatchName::Torque => BatchKind::Torque,
    });
    let found = named.or(site.on).or_else(launcher::detect);
    found.ok_or_else(|| {
        let line = "this machine has neither sbatch nor qsub\n  name the batch system: --on slurm, pbs or torque";
        Ended::Failed(anyhow!(line))
    })
}

/// Says which arguments of a script are options of swath, that have no effect where they stand; behind `--` they are meant so.
fn warn_of_misplaced(arguments: &[String]) {
    let command = JobArguments::augment_args(clap::Command::new("submit"));
    let name = |word: &str| word.strip_prefix("--").map(|word| word.split('=').next().unwrap_or_default().to_owned());
    let is_own = |name: &String| command.get_arguments().any(|option| option.get_long() == Some(name));
    let before = arguments.iter().take_while(|word| *word != "--");
    let misplaced: Vec<String> =
        before.filter_map(|word| name(word)).filter(is_own).map(|name| format!("--{name}")).collect();
    if !misplaced.is_empty() {
        complain(&format!(
            "swath: warning: the script is given {}, which stands behind it\n  options of swath come before the script, its own behind it",
            misplaced.join(", ")
        ));
    }
}

/// What a job is made of.
struct Request<'a> {
    arguments: &'a JobArguments,
    site: &'a Site,
    kind: BatchKind,
    node: Option<Node>,
}

impl Request<'_> {
    fn job(&mut self, site_name: Option<String>, working_directory: &Path) -> Result<JobSpec, Ended> {
        let (arguments, site) = (self.arguments, self.site);
        warn_of_misplaced(arguments.script.arguments());
        let walltime_seconds = self.walltime_seconds()?;
        let nodes = arguments.nodes.unwrap_or(1);
        let size = JobSize { nodes, walltime_seconds, kind: self.kind };
        let (queue, qos) = self.queue(size);
        let limits = site.limits_in(queue.as_deref(), qos.as_deref(), size);
        let (ranks_per_node, threads) = self.shape(&limits, queue.as_deref())?;
        let default_grace = walltime_seconds.map_or(GRACE_SECONDS, |seconds| (seconds / 10).clamp(1, GRACE_SECONDS));
        let grace_seconds = match &arguments.grace {
            // With units, a time means the same whatever the batch system.
            Some(text) => walltime::parse(text, BatchKind::Pbs).map_err(anyhow::Error::from)?,
            None => default_grace,
        };
        let starts = job_launcher(arguments, site, self.kind, u64::from(nodes) * u64::from(ranks_per_node))?;
        let absolute = |path: &PathBuf| working_directory.join(path);
        Ok(JobSpec {
            name: self.name(working_directory)?,
            nodes,
            ranks_per_node,
            threads,
            memory_bytes: arguments.memory,
            walltime_seconds,
            account: arguments.account.clone().or_else(|| site.account.clone()),
            account_option: site.account_option.clone().unwrap_or_else(|| "-A".to_owned()),
            queue,
            qos,
            constraint: arguments.constraint.clone().or_else(|| site.constraint.clone()),
            exclusive: arguments.exclusive || site.exclusive.unwrap_or(false),
            array: arguments.array.clone(),
            after: dependencies(&arguments.after, working_directory)?,
            mail: arguments.mail.clone(),
            environment: self.environment(),
            modules: [&site.modules[..], &arguments.module].concat(),
            directives: [&site.directives[..], &arguments.directive].concat(),
            skipped_directives: [&site.skip_directives[..], &arguments.skip_directive].concat(),
            prologue: [&site.prologue[..], &arguments.prologue].concat(),
            epilogue: [&site.epilogue[..], &arguments.epilogue].concat(),
            log_directory: arguments.log_dir.as_ref().map(absolute),
            launcher: starts.launcher,
            is_launcher_named: arguments.launcher.or(site.launcher).is_some(),
            launcher_program: starts.program,
            mpi: starts.mpi,
            srun_interface: starts.srun_interface,
            launcher_arguments: [site.launcher_args.clone(), words(&arguments.launcher_args)?].concat(),
            is_bound: !arguments.no_bind && site.bind.unwrap_or(true),
            attempts: arguments.attempts.or(site.attempts).unwrap_or(ATTEMPTS),
            grace_seconds,
            scratch: arguments.scratch.clone().or_else(|| site.scratch.clone()),
            script: arguments.script.path().to_owned(),
            arguments: arguments.script.arguments().to_vec(),
            run_arguments: words(&arguments.run_args)?,
            site: site_name,
        })
    }

    fn walltime_seconds(&self) -> Result<Option<u64>, Ended> {
        let text = self.arguments.time.as_deref().or(self.site.time.as_deref());
        let parsed = text.map(|text| walltime::parse(text, self.kind)).transpose();
        Ok(parsed.map_err(anyhow::Error::from)?)
    }

    /// The queue that was named, or the site's for a job of this size, and the quality of service that goes with it.
    fn queue(&self, size: JobSize) -> (Option<String>, Option<String>) {
        let (arguments, site) = (self.arguments, self.site);
        let named = arguments.queue.clone();
        let chosen = match &named {
            Some(name) => site.queue_named(name, arguments.qos.as_deref(), size),
            None => site.queue_for(size),
        };
        // A job that no queue takes is held against the last, whose limits say why.
        let chosen = chosen.or_else(|| if named.is_none() { site.queues.last() } else { None });
        let qos = arguments.qos.clone().or_else(|| chosen.and_then(|queue| queue.qos.clone())).or(site.qos.clone());
        (named.or_else(|| chosen.map(|queue| queue.name.clone())).or(site.queue.clone()), qos)
    }

    /// Ranks on a node and threads of a rank.
    fn shape(&mut self, limits: &Limits, queue: Option<&str>) -> Result<(u32, u32), Ended> {
        let (ranks, threads) = (self.arguments.ranks_per_node.or(self.site.ranks_per_node), self.arguments.threads);
        let is_known = limits.cores_per_node.is_some();
        if !is_known {
            self.node = launcher::batch_system(self.kind).node(queue);
        }
        let cores = limits.cores_per_node.or(self.node.map(|node| node.cores));
        let numa = limits.numa_per_node.or(self.node.map(|node| node.numa)).unwrap_or(1);
        match (ranks, threads, cores) {
            (ranks, Some(threads), None) => Ok((ranks.unwrap_or(1), threads)),
            (_, None, None) => {
                let line = "how many cores a node has isn't known here\n  say --threads, the cores of a rank, or name a --site";
                Err(Ended::Failed(anyhow!(line)))
            }
            (Some(ranks), threads, Some(cores)) => Ok((ranks, threads.unwrap_or((cores / ranks).max(1)))),
            (None, Some(threads), Some(cores)) => Ok(((cores / threads).clamp(1, numa), threads)),
            (None, None, Some(cores)) => {
                // NUMA domains of unequal size aren't worth ranks of their own.
                let ranks = if cores % numa == 0 { numa } else { 1 };
                Ok((ranks, cores / ranks))
            }
        }
    }

    /// What the job is held against.
    fn place(&self, job: &JobSpec, limits: &Limits) -> Place {
        let of_batch = || format!("{}'s {}", self.kind, job.queue.as_deref().unwrap_or("default queue"));
        let name = match (&job.site, &job.queue) {
            (Some(site), Some(queue)) => format!("{site}'s {queue}"),
            (Some(site), None) => site.clone(),
            _ => of_batch(),
        };
        Place {
            name,
            cores: limits.cores_per_node.or(self.node.map(|node| node.cores)),
            memory_bytes: limits.memory_bytes().or(self.node.and_then(|node| node.memory_bytes)),
            min_nodes: limits.min_nodes,
            max_nodes: limits.max_nodes,
            max_walltime_seconds: limits
                .max_time_seconds(self.kind)
                .or(self.node.and_then(|node| node.max_walltime_seconds)),
        }
    }

    fn environment(&self) -> Vec<(String, String)> {
        let of_site = self.site.env.iter().map(|(name, value)| (name.clone(), value.clone()));
        let is_named = |name: &String| self.arguments.env.iter().any(|(named, _)| named == name);
        of_site.filter(|(name, _)| !is_named(name)).chain(self.arguments.env.iter().cloned()).collect()
    }

    /// The name that was given, or the script's.
    fn name(&mut self, working_directory: &Path) -> Result<String, Ended> {
        if let Some(name) = &self.arguments.name {
            return Ok(name.clone());
        }
        let stem = self.arguments.script.path().file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
        let allowed = |character: char| {
            if character.is_ascii_alphanumeric() || "._-".contains(character) { character } else { '_' }
        };
        let name: String = stem.chars().map(allowed).collect();
        let name =
            if name.starts_with(|first: char| first.is_ascii_alphanumeric()) { name } else { format!("job{name}") };
        Ok(JobDirectory::free_name(working_directory, &name))
    }
}

/// Words of several options, as a shell would split them.
fn words(options: &[String]) -> Result<Vec<String>, Ended> {
    let split = |text: &String| shlex::split(text).ok_or_else(|| anyhow!("'{text}' has a quote that isn't closed"));
    Ok(options.iter().map(split).collect::<anyhow::Result<Vec<_>>>()?.concat())
}
