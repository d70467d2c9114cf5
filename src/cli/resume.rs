//! `swath resume`: submits a job again, to go on where it stopped, on the same nodes or others.

use super::Ended;
use super::arguments::memory;
use super::job_launcher::{JobLauncher, started_by};
use super::job_lookup::{after_silence, find_unknown};
use super::job_view::{JobName, find, look_at};
use super::output::{complain, one_line, show};
use crate::launcher::geometry::{self, Place};
use crate::launcher::site::JobSize;
use crate::launcher::template::JobScript;
use crate::launcher::{self, Attempt, AttemptKind, BatchKind, JobRecord, JobSpec, MpiLauncher, Site, Sites, walltime};
use anyhow::{Context, Error, anyhow};
use clap::Args;
use std::fs::File;

const EXAMPLES: &str = "\
Examples:
  swath resume ndvi                             as it was
  swath resume --nodes 8 --time 4h ndvi         on more nodes, for longer

The new job has the script as it was when the job was first submitted, and the same run directory: what is finished isn't
computed again, whatever the number of ranks.";

/// Arguments of `swath resume`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ResumeArguments {
    /// The job's name, or its id in the batch system.
    job: String,

    /// Nodes [default: as before, as of all that follows].
    #[arg(long, short = 'N', value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    nodes: Option<u32>,

    /// MPI ranks on each node.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    ranks_per_node: Option<u32>,

    /// Threads of a rank, and cores.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    threads: Option<u32>,

    /// Memory of each node, as in 200GiB.
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    memory: Option<u64>,

    /// Walltime, in any form of Slurm or PBS, as in 02:30:00 or 1-12:00, or with units, as in 90min.
    #[arg(long, short = 't', value_name = "TIME")]
    time: Option<String>,

    /// Queue, or partition.
    #[arg(long, short = 'q', value_name = "NAME", visible_alias = "partition")]
    queue: Option<String>,

    /// Account or project that pays.
    #[arg(long, short = 'A', value_name = "NAME")]
    account: Option<String>,

    /// What starts the ranks: srun, mpirun or mpiexec (of the MPI library), intelmpi, pals or none (one process).
    #[arg(long, value_name = "NAME")]
    launcher: Option<MpiLauncher>,

    /// How often the job may run.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    attempts: Option<u32>,
}

/// Submits a job again.
///
/// # Errors
/// Where there is no such job, it isn't over, can't be as it is to be, or the batch system refuses it.
pub fn execute(arguments: &ResumeArguments) -> Result<u8, Ended> {
    let name = find(&arguments.job)?;
    let directory = &name.directory;
    if name.index.is_some() {
        return Err(Ended::Failed(anyhow!("an array is resumed as a whole: swath resume {}", directory.name())));
    }
    let before = directory.record().map_err(Error::from)?;
    // Held until this process ends; of two that resume one job, the other finds it submitted.
    let path = directory.path().join("resume.lock");
    let lock = File::create(&path).with_context(|| format!("can't write {}", path.display()))?;
    if rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive)
        == Err(rustix::io::Errno::WOULDBLOCK)
    {
        return Err(Ended::Failed(anyhow!("job {} is being resumed by another process", directory.name())));
    }
    check_over(&name)?;
    check_queue(&name, &before)?;
    let job = changed(arguments, &before)?;
    check(&job, &before)?;
    let record = JobRecord { job, version: env!("CARGO_PKG_VERSION").to_owned(), ..before.clone() };
    let swath = std::env::current_exe().context("can't tell where swath is")?;
    let record = JobRecord { swath, ..record };
    let text_of = |name: &String| anyhow::Ok((name.clone(), directory.template()?));
    let template = record.template.as_ref().map(text_of).transpose()?;
    let script = JobScript {
        kind: record.batch,
        job: &record.job,
        directory,
        working_directory: &record.working_directory,
        swath: &record.swath,
        template: template.as_ref().map(|(name, text)| (name.as_str(), text.as_str())),
    };
    let text = script.render().map_err(Error::from)?;
    let python = std::fs::read(directory.script()).context("can't read the job's script again")?;
    directory.fill(&python, &text).map_err(Error::from)?;
    directory.save(&record).map_err(Error::from)?;
    directory.take_back_cancel().map_err(Error::from)?;
    directory.append(&Attempt::now(AttemptKind::Submitting, "")).map_err(Error::from)?;
    match launcher::batch_system(record.batch).submit(&script.submission()) {
        Ok(id) => {
            directory.append(&Attempt::now(AttemptKind::Resumed, &id)).map_err(Error::from)?;
            Ok(submitted(&name, &record, &id))
        }
        Err(error) => match after_silence(directory, &record, &error) {
            Some(id) => {
                complain(&format!("swath: {error}; the job is in the queue all the same"));
                Ok(submitted(&name, &record, &id))
            }
            None => {
                if error.is_certain() {
                    directory.append(&Attempt::now(AttemptKind::Refused, "")).map_err(Error::from)?;
                    directory.save(&before).map_err(Error::from)?;
                }
                Err(Ended::Failed(error.into()))
            }
        },
    }
}

/// Says which job it is now.
fn submitted(name: &JobName, record: &JobRecord, id: &str) -> u8 {
    show(&format!("{}: {} job {id}\n", name.directory.name(), record.batch));
    complain("swath: it goes on where it stopped");
    0
}

/// Refuses a job of which something may still run.
fn check_over(name: &JobName) -> Result<(), Ended> {
    for view in look_at(name)? {
        if !view.state.is_over() {
            let (title, word) = (view.title(), view.state.word());
            let remedy = match word {
                "unreachable" => "try again when the batch system answers".to_owned(),
                _ => format!("to end it first: swath cancel --drain {}", view.name),
            };
            return Err(Ended::Failed(anyhow!("job {title} is {word}, not over\n  {remedy}")));
        }
    }
    Ok(())
}

/// Refuses a job that is in the queue, or runs, under an id that nobody has written down.
fn check_queue(name: &JobName, record: &JobRecord) -> Result<(), Ended> {
    let (job, batch) = (name.directory.name(), record.batch);
    match find_unknown(&name.directory, record) {
        Ok(None) => Ok(()),
        Ok(Some(id)) => {
            let end = if batch == BatchKind::Slurm { "scancel" } else { "qdel" };
            Err(Ended::Failed(anyhow!(
                "job {job} is in the queue already, as {id}: it would run twice
  let it go on, or end it first: {end} {id}"
            )))
        }
        Err(error) => Err(Ended::Failed(anyhow!(
            "whether job {job} is in the queue already can't be told: {}
  try again when the batch system answers",
            one_line(&error)
        ))),
    }
}

/// The job as it is to be now.
fn changed(arguments: &ResumeArguments, before: &JobRecord) -> Result<JobSpec, Ended> {
    let old = before.job.clone();
    let ranks = u64::from(arguments.nodes.unwrap_or(old.nodes))
        * u64::from(arguments.ranks_per_node.unwrap_or(old.ranks_per_node));
    // One process needed no launcher; that there is to be none was said by somebody, or not.
    let needs_launcher = old.launcher == MpiLauncher::None && ranks > 1 && !old.is_launcher_named;
    let other = needs_launcher.then(|| MpiLauncher::of_family(old.mpi, before.batch));
    let starts = match arguments.launcher.or(other) {
        Some(launcher) if launcher != old.launcher => started_by(launcher, old.mpi, old.modules.is_empty()),
        _ => JobLauncher {
            launcher: old.launcher,
            program: old.launcher_program,
            mpi: old.mpi,
            srun_interface: old.srun_interface,
        },
    };
    let is_other = old.launcher != MpiLauncher::None && starts.launcher != old.launcher;
    if is_other && !old.launcher_arguments.is_empty() {
        let words = old.launcher_arguments.join(" ");
        complain(&format!("swath: what was given to {} is left out with it: {words}", old.launcher));
    }
    let launcher_arguments = if is_other { Vec::new() } else { old.launcher_arguments };
    let time = arguments.time.as_deref().map(|text| walltime::parse(text, before.batch)).transpose();
    Ok(JobSpec {
        nodes: arguments.nodes.unwrap_or(old.nodes),
        ranks_per_node: arguments.ranks_per_node.unwrap_or(old.ranks_per_node),
        threads: arguments.threads.unwrap_or(old.threads),
        memory_bytes: arguments.memory.or(old.memory_bytes),
        walltime_seconds: time.map_err(Error::from)?.or(old.walltime_seconds),
        queue: arguments.queue.clone().or(old.queue),
        account: arguments.account.clone().or(old.account),
        attempts: arguments.attempts.unwrap_or(old.attempts),
        launcher: starts.launcher,
        is_launcher_named: old.is_launcher_named || arguments.launcher.is_some(),
        launcher_program: starts.program,
        launcher_arguments,
        srun_interface: starts.srun_interface,
        // What it waited for is long over.
        after: Vec::new(),
        ..before.job.clone()
    })
}

/// Refuses what can't be, by the limits of the job's site.
fn check(job: &JobSpec, before: &JobRecord) -> Result<(), Ended> {
    let size = JobSize::of(job, before.batch);
    let limits = site(job)?.limits_in(job.queue.as_deref(), job.qos.as_deref(), size);
    let place = Place {
        name: job.site.clone().unwrap_or_else(|| before.batch.to_string()),
        cores: limits.cores_per_node,
        memory_bytes: limits.memory_bytes(),
        min_nodes: limits.min_nodes,
        max_nodes: limits.max_nodes,
        max_walltime_seconds: limits.max_time_seconds(before.batch),
    };
    let faults = geometry::faults(job, before.batch, &place);
    if faults.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = faults.iter().map(|fault| format!("{fault}\n  {}", fault.remedy())).collect();
    Err(Ended::Failed(anyhow!(lines.join("\nswath: "))))
}

/// The job's site, where it has one that still exists.
fn site(job: &JobSpec) -> Result<Site, Ended> {
    let sites = Sites::read(&Sites::files()).map_err(Error::from)?;
    let named = job.site.as_ref().and_then(|name| sites.named(name).ok());
    Ok(named.map_or_else(Site::default, |found| found.site.clone()))
}
